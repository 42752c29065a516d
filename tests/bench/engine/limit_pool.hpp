// A pool of workers and nothing else.
//
// Everything crosses in lists: the loop submits all it has under one lock and wakes at most as many
// workers as sleep; a worker takes its share, runs it, hands it back under one lock, and writes the
// eventfd only when the loop may be asleep.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "bench/measure.hpp"

namespace bench {

struct Task {
  Task* next = nullptr;
  Clock::time_point made_at;
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
  BarePool(unsigned n_workers, int wake_fd) : wake_fd_(wake_fd) {
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
  List wait_for_tasks() {
    std::unique_lock lock(mutex_);
    while (!queue_.head && !is_stopping_) {
      ++n_idle_;
      has_work_.wait(lock);
      --n_idle_;
    }
    // Its share, and not more than lets the loop start on the results early.
    return queue_.take(std::clamp<std::size_t>(queue_.size / workers_.size(), 1, 32));
  }
  void work() {
    while (true) {
      List tasks = wait_for_tasks();
      if (!tasks.head) return;
      for (Task* task = tasks.head; task; task = task->next) task->work(*task);
      bool is_first = false;
      {
        const std::scoped_lock lock(done_mutex_);
        is_first = !done_.head;
        done_.append(tasks);
      }
      if (!is_first) continue;
      const std::uint64_t one = 1;
      [[maybe_unused]] const auto n = ::write(wake_fd_, &one, sizeof(one));
    }
  }

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
