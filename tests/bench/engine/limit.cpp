// The subject `limit`: a loop and a pool and nothing else. No graph, jobs, order or accounts: what
// a round trip between threads costs on this machine.
//
// Everything crosses in lists: the loop submits all it has under one lock and wakes at most as many
// workers as sleep; a worker takes its share, runs it, hands it back under one lock, and writes the
// eventfd only when the loop may be asleep.
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <atomic>
#include <condition_variable>
#include <coroutine>
#include <mutex>
#include <thread>
#include <utility>

#include "bench/measure.hpp"

namespace bench {
namespace {

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

/// Keeps `in_flight` tasks in flight until all items went through.
class BareLoop {
 public:
  explicit BareLoop(const Arguments& arguments)
      : n_items_(arguments.n_items),
        latencies_(arguments.n_items, arguments.in_flight),
        tasks_(arguments.in_flight),
        pool_(arguments.n_workers, wake_fd_) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLET;  // each write wakes the loop once, and nothing need be read
    ::epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, wake_fd_, &event);
  }
  ~BareLoop() {
    ::close(epoll_fd_);
    ::close(wake_fd_);
  }

  void run(void (*work)(Task&)) {
    watch_.start();
    List batch;
    for (Task& task : tasks_) {
      task.work = work;
      if (n_made_ < n_items_) make(task, batch);
    }
    pool_.submit(batch);
    while (n_left_ < n_items_) {
      wait();
      batch = List();
      const List done = pool_.collect();
      for (Task *task = done.head, *next = nullptr; task; task = next) {
        next = task->next;
        leave(*task);
        if (n_made_ < n_items_) make(*task, batch);
      }
      if (batch.head) pool_.submit(batch);
    }
    watch_.stop();
    throughput(n_left_, watch_).add(latencies_).print();
  }

 private:
  void make(Task& task, List& batch) {
    task.made_at = latencies_.is_sampled(n_made_++) ? Clock::now() : Clock::time_point();
    batch.push(&task);
  }
  void leave(const Task& task) {
    ++n_left_;
    if (task.made_at != Clock::time_point()) latencies_.add(Clock::now() - task.made_at);
  }
  void wait() const {
    epoll_event event{};
    ::epoll_wait(epoll_fd_, &event, 1, -1);
  }

  const std::uint64_t n_items_;
  std::uint64_t n_made_ = 0, n_left_ = 0;
  Latencies latencies_;
  Stopwatch watch_;
  const int wake_fd_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  const int epoll_fd_ = ::epoll_create1(EPOLL_CLOEXEC);
  std::vector<Task> tasks_;
  BarePool pool_;  // last: its workers end before what they refer to
};

/// A coroutine that ends at once, when it is resumed.
struct Coroutine {
  struct promise_type {
    Coroutine get_return_object() {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::abort(); }
  };
  std::coroutine_handle<promise_type> handle;
};
Coroutine instant(std::uint64_t& n_left) {
  ++n_left;
  co_return;
}

/// Makes `in_flight` coroutines, resumes them, and looks for other events, over and over.
void async(const Arguments& arguments) {
  const int epoll_fd = ::epoll_create1(EPOLL_CLOEXEC);
  std::vector<Coroutine> ready;
  std::uint64_t n_left = 0;
  Stopwatch watch;
  watch.start();
  while (n_left < arguments.n_items) {
    const std::uint64_t n =
        std::min<std::uint64_t>(arguments.in_flight, arguments.n_items - n_left);
    for (std::uint64_t i = 0; i < n; ++i) ready.push_back(instant(n_left));
    for (const Coroutine& each : ready) each.handle.resume();
    ready.clear();
    epoll_event event{};
    ::epoll_wait(epoll_fd, &event, 1, 0);
  }
  watch.stop();
  ::close(epoll_fd);
  throughput(n_left, watch).print();
}

void nothing(Task&) {}
void three_times_nothing(Task& task) {
  void (*volatile step)(Task&) = nothing;  // three calls, not none
  for (int i = 0; i < 3; ++i) step(task);
}

void run(const Arguments& arguments) {
  if (arguments.name == "hop") return BareLoop(arguments).run(nothing);
  if (arguments.name == "chain3") return BareLoop(arguments).run(three_times_nothing);
  if (arguments.name == "async") return async(arguments);
  throw std::invalid_argument("no case " + arguments.name);
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) { return bench::run_subject(argc, argv, bench::run); }
