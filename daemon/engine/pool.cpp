#include "engine/pool.hpp"

#include <pthread.h>

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

namespace capstan::engine {

Pool::Pool(unsigned n_workers) : n_workers_(n_workers) {
  workers_.reserve(2 * std::size_t{n_workers});  // with the substitutes: a thread is never in hand
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
  const auto free = std::find_if(workers_.begin(), workers_.end(),
                                 [](const std::thread& worker) { return !worker.joinable(); });
  const auto number = static_cast<unsigned>(free - workers_.begin());
  std::thread worker([this, number] { work(number); });
  if (free == workers_.end()) {
    workers_.push_back(std::move(worker));
  } else {
    *free = std::move(worker);
  }
}

/// Workers that went: until they are joined they keep their stacks.
void Pool::join_retired() {
  std::vector<unsigned> retired;
  {
    MutexLock lock(mutex_);
    retired.swap(retired_);
  }
  for (const unsigned number : retired) workers_[number].join();
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
    const std::size_t n_wanted = queue_.n_workers_wanted(kSlice);
    const std::size_t n_asleep = n_idle_ - n_waking_;
    const std::size_t n_soon_free = n_alive_ - n_asleep - n_in_long_;
    if (n_wanted > n_soon_free) n_wake = std::min(n_wanted - n_soon_free, n_asleep);
    n_waking_ += static_cast<unsigned>(n_wake);
    has_tasks_.store(true, std::memory_order_relaxed);
  }
  batch.clear();
  for (; n_wake > 0; --n_wake) has_work_.notify_one();
}

unsigned Pool::n_spare_workers() const noexcept {
  MutexLock lock(mutex_);
  const std::size_t n_wanted = queue_.size();
  return n_wanted < n_idle_ ? n_idle_ - static_cast<unsigned>(n_wanted) : 0;
}

void Pool::nudge() {
  {
    MutexLock lock(mutex_);
    if (queue_.size() == 0 || n_idle_ == 0) return;
  }
  has_work_.notify_all();
}

void Pool::collect(std::vector<WorkerTask*>& finished) {
  WorkerTask* task = nullptr;
  {
    MutexLock lock(finished_mutex_);
    is_announced_ = false;
    task = std::exchange(first_finished_, nullptr);
  }
  for (; task; task = task->next) finished.push_back(task);
}

bool Pool::begin_substitute() {
  if (n_substitutes_ == n_workers_) return false;
  join_retired();
  try {
    if (!keep_surplus()) start_worker();
  } catch (const std::exception&) {
    return false;  // no thread, or no memory for one
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

/// Whether a worker that was to go stays instead.
bool Pool::keep_surplus() {
  MutexLock lock(mutex_);
  if (n_surplus_ == 0) return false;
  --n_surplus_;
  return true;
}

/// Null when nothing waits.
WorkerTask* Pool::take_task(Worker& worker) {
  queue_.settle(worker.share, worker.took, worker.expected);
  worker.took = worker.expected = {};
  if (std::exchange(worker.is_in_long_task, false)) --n_in_long_;
  WorkerTask* task = n_surplus_ > 0 ? nullptr : queue_.pop();
  has_tasks_.store(queue_.size() > 0, std::memory_order_relaxed);
  if (!task) return nullptr;
  worker.share = task->share;
  worker.expected = task->expected;
  worker.is_in_long_task = !task->is_short;
  if (worker.is_in_long_task) ++n_in_long_;
  return task;
}

/// Waits a little for the next task, awake: a thread that sleeps costs its waker more than short
/// tasks take. One worker at a time, and by yielding, so that nobody else has to wait for it. Where
/// others want the CPU a yield costs a time slice, and sleeping is better.
void Pool::look_for_work() noexcept {
  if (is_looking_.exchange(true, std::memory_order_acquire)) return;
  const auto begun = Clock::now();
  if (begun >= may_look_from_) {
    for (int i = 0; i < kLooks && !has_tasks_.load(std::memory_order_relaxed); ++i) {
      std::this_thread::yield();
    }
    const auto took = Clock::now() - begun;
    if (took > kLongLook) may_look_from_ = begun + took * kPauseAfterLongLook;
  }
  is_looking_.store(false, std::memory_order_release);
}

/// Null when the worker is to end.
WorkerTask* Pool::next_task(Worker& worker) {
  const bool was_short = !worker.is_in_long_task;
  WorkerTask* task = nullptr;
  {
    MutexLock lock(mutex_);
    task = take_task(worker);
  }
  if (!task || !task->is_short) announce(worker);
  if (task) return task;
  if (was_short) look_for_work();
  MutexLock lock(mutex_);
  while (!(task = take_task(worker))) {
    if (n_surplus_ > 0 || (is_stopping_ && queue_.size() == 0)) {
      if (n_surplus_ > 0) {
        --n_surplus_;
        retired_.push_back(worker.number);
      }
      --n_alive_;
      return nullptr;
    }
    ++n_idle_;
    has_work_.wait(mutex_);
    --n_idle_;
    if (n_waking_ > 0) --n_waking_;
    worker.now = {};
  }
  return task;
}

void Pool::finish(Worker& worker, WorkerTask* task) {
  task->next = nullptr;
  {
    MutexLock lock(finished_mutex_);
    (first_finished_ ? last_finished_->next : first_finished_) = task;
    last_finished_ = task;
  }
  if (!std::exchange(worker.owes_word, true)) worker.owes_since = worker.now;
  if (worker.now - worker.owes_since > kWordDelay) announce(worker);
}

/// Tells the loop of finished tasks, if nobody has.
void Pool::announce(Worker& worker) {
  if (!std::exchange(worker.owes_word, false)) return;
  {
    MutexLock lock(finished_mutex_);
    if (!first_finished_ || std::exchange(is_announced_, true)) return;
  }
  if (loop_) loop_->post(*target_);
}

/// Each task of a segment is handed back as soon as it has ended, not with those that follow it:
/// what waits for its slot may go on.
void Pool::run_chain(Worker& worker, WorkerTask* task) {
  if (worker.now == Clock::time_point()) worker.now = Clock::now();
  while (task) {
    task->mark_started(worker.now);
    WorkerTask* following = task->run();
    const auto ended = Clock::now();  // one clock read a boundary
    task->took = ended - worker.now;
    worker.took += task->took;
    worker.now = ended;
    finish(worker, task);
    task = following;
    if (task && !task->is_short) announce(worker);
  }
}

void Pool::work(unsigned number) {
  const RoleScope role(ThreadRole::worker);
  pthread_setname_np(pthread_self(), ("worker-" + std::to_string(number)).c_str());
  Worker worker;
  worker.number = number;
  {
    MutexLock lock(mutex_);
    ++n_alive_;
  }
  while (WorkerTask* task = next_task(worker)) run_chain(worker, task);
}

}  // namespace capstan::engine
