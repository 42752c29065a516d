#include "engine/pool.hpp"

#include <pthread.h>

#include <algorithm>
#include <string>
#include <system_error>

namespace capstan::engine {

Pool::Pool(unsigned n_workers) : n_workers_(n_workers) {
  try {
    for (unsigned i = 0; i < n_workers; ++i) start_worker();
  } catch (const std::system_error& failure) {
    stop();
    throw std::system_error(failure.code(), "cannot start " + std::to_string(n_workers) +
                                                " workers, only " +
                                                std::to_string(workers_.size()));
  }
}

Pool::~Pool() { stop(); }

void Pool::start_worker() {
  const auto number = static_cast<unsigned>(workers_.size());
  workers_.emplace_back([this, number] { work(number); });
}

void Pool::stop() {
  {
    MutexLock lock(mutex_);
    is_stopping_ = true;
  }
  has_work_.notify_all();
  for (std::thread& worker : workers_) {
    if (worker.joinable()) worker.join();
  }
}

void Pool::announce_to(Loop& loop, Wake& target) {
  loop_ = &loop;  // read by workers only after a submit, which the queue's mutex orders
  target_ = &target;
}

unsigned Pool::add_share(unsigned weight) {
  MutexLock lock(mutex_);
  return queue_.add(weight);
}

void Pool::submit(std::vector<WorkerTask*>& batch) {
  if (batch.empty()) return;
  std::size_t n_wake = 0;
  {
    MutexLock lock(mutex_);
    for (WorkerTask* task : batch) queue_.push(*task);
    n_wake = std::min<std::size_t>(batch.size(), n_idle_);
  }
  batch.clear();
  for (; n_wake > 0; --n_wake) has_work_.notify_one();
}

void Pool::collect(std::vector<WorkerTask*>& finished) {
  MutexLock lock(finished_mutex_);
  if (finished.empty()) {
    finished.swap(finished_);
  } else {
    finished.insert(finished.end(), finished_.begin(), finished_.end());
    finished_.clear();
  }
}

bool Pool::begin_substitute() {
  if (n_substitutes_ == n_workers_) return false;
  try {
    start_worker();
  } catch (const std::system_error&) {
    return false;  // the pool is smaller by one until the call returns
  }
  ++n_substitutes_;
  return true;
}

void Pool::end_substitute() {
  --n_substitutes_;
  {
    MutexLock lock(mutex_);
    ++n_surplus_;
  }
  has_work_.notify_one();
}

WorkerTask* Pool::wait_for_task(const Debt& debt, bool& has_waited) {
  MutexLock lock(mutex_);
  queue_.settle(debt.share, debt.took, debt.expected);
  while (true) {
    if (n_surplus_ > 0) {
      --n_surplus_;
      return nullptr;
    }
    if (WorkerTask* task = queue_.pop()) return task;
    if (is_stopping_) return nullptr;
    has_waited = true;
    ++n_idle_;
    has_work_.wait(mutex_);
    --n_idle_;
  }
}

void Pool::finish(WorkerTask* task) {
  bool is_first = false;
  {
    MutexLock lock(finished_mutex_);
    is_first = finished_.empty();
    finished_.push_back(task);
  }
  if (is_first && loop_) loop_->post(*target_);
}

/// Each task is handed back as soon as it has ended, not with those that follow it: they may take
/// long, and what waits for its slot may go on.
Pool::Clock::time_point Pool::run_chain(WorkerTask* task, Clock::time_point begun, Debt& debt) {
  debt = {task->share, task->expected, {}};
  while (task) {
    task->mark_started(begun);
    WorkerTask* following = task->run();
    const auto ended = Clock::now();  // one clock read a boundary
    task->took = ended - begun;
    debt.took += task->took;
    finish(task);
    task = following;
    begun = ended;
  }
  return begun;
}

void Pool::work(unsigned number) {
  const RoleScope role(ThreadRole::worker);
  pthread_setname_np(pthread_self(), ("worker-" + std::to_string(number)).c_str());
  Debt debt;
  bool has_waited = true;
  Clock::time_point now;
  while (WorkerTask* task = wait_for_task(debt, has_waited)) {
    if (has_waited) now = Clock::now();
    has_waited = false;
    now = run_chain(task, now, debt);
  }
}

}  // namespace capstan::engine
