// A pool of workers and nothing else.
//
// Everything crosses in lists: the loop submits all it has under one lock and wakes at most as many
// workers as sleep; a worker takes a lot, runs it, hands it back under one lock, and writes the
// eventfd when it finds nothing more to do or has done a number of tasks. With lots of one, no task
// waits for another while a worker is idle, which is what a pool owes tasks of any length; with
// larger ones it is faster.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "bench/measure.hpp"

namespace bench {

/// What flows: made and freed for each round trip, as in everything that does something.
struct BareItem {
  Clock::time_point made_at;
};

struct Task {
  Task* next = nullptr;
  std::unique_ptr<BareItem> item;
  void (*work)(Task&) = nullptr;
};

/// A list of tasks, first in first out.
struct List {
  Task* head = nullptr;
  Task* tail = nullptr;
  std::size_t size = 0;

  void push(Task* task) {
    task->next = nullptr;
    (head ? tail->next : head) = task;
    tail = task;
    ++size;
  }
  void append(const List& other) {
    if (!other.head) return;
    (head ? tail->next : head) = other.head;
    tail = other.tail;
    size += other.size;
  }
  /// The first `n` of them.
  List take(std::size_t n) {
    if (n >= size) return std::exchange(*this, List());
    List taken{head, head, n};
    for (std::size_t i = 1; i < n; ++i) taken.tail = taken.tail->next;
    head = taken.tail->next;
    taken.tail->next = nullptr;
    size -= n;
    return taken;
  }
};

/// Threads: submit, collect and destroy on the loop's; workers are its own.
class BarePool {
 public:
  BarePool(unsigned n_workers, std::size_t lot, int wake_fd) : lot_(lot), wake_fd_(wake_fd) {
    for (unsigned i = 0; i < n_workers; ++i) workers_.emplace_back([this] { work(); });
  }
  ~BarePool() {
    {
      const std::scoped_lock lock(mutex_);
      is_stopping_ = true;
    }
    has_work_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }

  void submit(const List& tasks) {
    std::size_t n_wake = 0;
    {
      const std::scoped_lock lock(mutex_);
      queue_.append(tasks);
      n_wake = std::min<std::size_t>(tasks.size, n_idle_);
    }
    for (; n_wake > 0; --n_wake) has_work_.notify_one();
  }
  List collect() {
    const std::scoped_lock lock(done_mutex_);
    return std::exchange(done_, List());
  }

 private:
  /// What waits; none at the end. Before it sleeps the worker tells of what it has done.
  List next_tasks(std::size_t& n_untold) {
    std::unique_lock lock(mutex_);
    while (!queue_.head && !is_stopping_) {
      if (n_untold > 0) {
        lock.unlock();
        tell(n_untold);
        lock.lock();
        continue;
      }
      ++n_idle_;
      has_work_.wait(lock);
      --n_idle_;
    }
    return queue_.take(std::clamp<std::size_t>(queue_.size / workers_.size(), 1, lot_));
  }
  void work() {
    std::size_t n_untold = 0;
    while (true) {
      List tasks = next_tasks(n_untold);
      if (!tasks.head) return;
      for (Task* task = tasks.head; task; task = task->next) task->work(*task);
      n_untold += tasks.size;
      {
        const std::scoped_lock lock(done_mutex_);
        done_.append(tasks);
      }
      if (n_untold >= kMostUntold) tell(n_untold);
    }
  }
  void tell(std::size_t& n_untold) {
    n_untold = 0;
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto n = ::write(wake_fd_, &one, sizeof(one));
  }

  static constexpr std::size_t kMostUntold = 32;
  const std::size_t lot_;
  const int wake_fd_;
  std::mutex mutex_;
  std::condition_variable has_work_;
  List queue_;
  unsigned n_idle_ = 0;
  bool is_stopping_ = false;
  std::mutex done_mutex_;
  List done_;
  std::vector<std::thread> workers_;
};

}  // namespace bench
