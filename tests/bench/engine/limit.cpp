// The subject `limit`: a loop, a pool, coroutines and nothing else. No graph, jobs, order or
// accounts: what the work costs on this machine.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>

#include <coroutine>
#include <deque>
#include <memory>
#include <queue>

#include "bench/engine/limit_pool.hpp"

namespace bench {
namespace {

/// Keeps `in_flight` tasks in flight until all items went through.
class BareLoop {
 public:
  explicit BareLoop(const Arguments& arguments)
      : n_items_(arguments.n_items),
        latencies_(arguments.n_items, arguments.in_flight),
        tasks_(arguments.in_flight),
        pool_(arguments.n_workers, arguments.variant == "lots" ? 32 : 1, wake_fd_) {
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
    task.item = std::make_unique<BareItem>();
    if (latencies_.is_sampled(n_made_++)) task.item->made_at = Clock::now();
    batch.push(&task);
  }
  void leave(Task& task) {
    ++n_left_;
    const auto item = std::move(task.item);
    if (item->made_at != Clock::time_point()) latencies_.add(Clock::now() - item->made_at);
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

/// A coroutine that begins when it is resumed, and whose frame ends with it. Frames are of a few
/// sizes only, so the last one freed is taken again where it fits. One thread.
struct Coroutine {
  struct promise_type {
    static void* operator new(std::size_t size) {
      if (size != size_of_free || !free) return ::operator new(size);
      return std::exchange(free, *static_cast<void**>(free));
    }
    static void operator delete(void* frame, std::size_t size) {
      if (!free) size_of_free = size;
      if (size != size_of_free) return ::operator delete(frame);
      *static_cast<void**>(frame) = std::exchange(free, frame);
    }
    inline static void* free = nullptr;
    inline static std::size_t size_of_free = 0;

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

/// A heap of coroutines and one timer of the kernel, set to the next of them.
class Timers {
 public:
  Timers() = default;
  Timers(const Timers&) = delete;
  ~Timers() { ::close(timer_fd_); }
  struct Sleep {
    Timers& timers;
    const Clock::time_point due;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) { timers.sleeping_.push({due, handle}); }
    void await_resume() const noexcept {}
  };
  Sleep sleep_for(std::chrono::nanoseconds delay) { return {*this, Clock::now() + delay}; }
  void run() {
    while (!sleeping_.empty()) {
      const auto due = sleeping_.top().due.time_since_epoch();  // the monotonic clock's own epoch
      const auto s = std::chrono::floor<std::chrono::seconds>(due);
      const itimerspec spec{{}, {s.count(), std::chrono::nanoseconds(due - s).count()}};
      ::timerfd_settime(timer_fd_, TFD_TIMER_ABSTIME, &spec, nullptr);
      std::uint64_t count = 0;
      [[maybe_unused]] const auto n = ::read(timer_fd_, &count, sizeof(count));
      for (const auto now = Clock::now(); !sleeping_.empty() && sleeping_.top().due <= now;) {
        const auto handle = sleeping_.top().handle;
        sleeping_.pop();
        handle.resume();
      }
    }
  }

 private:
  struct Sleeping {
    Clock::time_point due;
    std::coroutine_handle<> handle;
    bool operator<(const Sleeping& other) const { return due > other.due; }
  };
  const int timer_fd_ = ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
  std::priority_queue<Sleeping> sleeping_;
};

Coroutine sleeper(Timers& timers, std::chrono::nanoseconds delay, Latencies& lateness) {
  const auto asked_at = Clock::now();
  co_await timers.sleep_for(delay);
  lateness.add(Clock::now() - asked_at - delay);
}

void sleepers(const Arguments& arguments) {
  const std::uint64_t n_items = arguments.n_items;
  Timers timers;
  Latencies lateness(n_items, 1);
  Stopwatch watch;
  watch.start();
  const double before = resident_bytes();
  for (std::uint64_t i = 0; i < n_items; ++i) {
    sleeper(timers, sleep_time(i, n_items), lateness).handle.resume();
  }
  const double growth = resident_bytes() - before;
  timers.run();
  watch.stop();
  Report(lateness.size(), growth / static_cast<double>(n_items)).add(watch).add(lateness).print();
}

/// A payload of the size of the engine's, on the heap, and a place in a queue.
void memory(const Arguments& arguments) {
  struct Payload {
    char bytes[40];
  };
  Stopwatch watch;
  watch.start();
  const double before = allocated_bytes(), resident_before = resident_bytes();
  std::deque<std::unique_ptr<Payload>> queue;
  for (std::uint64_t i = 0; i < arguments.n_items; ++i) {
    queue.push_back(std::make_unique<Payload>());
  }
  const double growth = allocated_bytes() - before;
  const double resident_growth = resident_bytes() - resident_before;
  watch.stop();
  const auto n = static_cast<double>(queue.size());
  Report(queue.size(), growth / n).add(watch).add("resident_bytes", resident_growth / n).print();
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
  if (arguments.name == "sleepers") return sleepers(arguments);
  if (arguments.name == "memory") return memory(arguments);
  throw std::invalid_argument("no case " + arguments.name);
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) { return bench::run_subject(argc, argv, bench::run); }
