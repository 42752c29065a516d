#include "engine/pool.hpp"

#include <pthread.h>

#include <algorithm>
#include <bit>
#include <string>

namespace capstan::engine {

Pool::Pool(unsigned n_workers) {
  workers_.reserve(n_workers);
  for (unsigned i = 0; i < n_workers; ++i) workers_.emplace_back([this, i] { work(i); });
}

Pool::~Pool() { stop(); }

void Pool::stop() {
  {
    MutexLock lock(mutex_);
    is_stopping_ = true;
  }
  has_work_.notify_all();
  for (std::thread& worker : workers_) worker.join();
  workers_.clear();
}

void Pool::announce_to(Loop& loop, Wake& target) {
  loop_ = &loop;  // read by workers only after a submit, which the queue's mutex orders
  target_ = &target;
}

void Pool::push(WorkerTask* task) {
  const unsigned rank = std::min(task->rank, kRanks - 1);
  Fifo& queue = queues_[rank];
  task->next = nullptr;
  (queue.head ? queue.tail->next : queue.head) = task;
  queue.tail = task;
  waiting_ranks_ |= std::uint64_t{1} << rank;
}

WorkerTask* Pool::pop() {
  if (!waiting_ranks_) return nullptr;
  const unsigned rank = 63U - static_cast<unsigned>(std::countl_zero(waiting_ranks_));
  Fifo& queue = queues_[rank];
  WorkerTask* task = queue.head;
  queue.head = task->next;
  if (!queue.head) waiting_ranks_ &= ~(std::uint64_t{1} << rank);
  return task;
}

void Pool::submit(std::vector<WorkerTask*>& batch) {
  if (batch.empty()) return;
  std::size_t n_wake = 0;
  {
    MutexLock lock(mutex_);
    for (WorkerTask* task : batch) push(task);
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

WorkerTask* Pool::wait_for_task() {
  MutexLock lock(mutex_);
  while (true) {
    if (WorkerTask* task = pop()) return task;
    if (is_stopping_) return nullptr;
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

void Pool::work(unsigned number) {
  const RoleScope role(ThreadRole::worker);
  pthread_setname_np(pthread_self(), ("worker-" + std::to_string(number)).c_str());
  while (WorkerTask* task = wait_for_task()) {
    task->run();
    finish(task);
  }
}

}  // namespace capstan::engine
