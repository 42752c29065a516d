// The libevent loop: the one thread that owns all graph state. The only folder that knows libevent.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>

#include <capstan/sdk/detail/post_queue.hpp>
#include <capstan/sdk/loop.hpp>

#include "loop/thread_role.hpp"

struct event;
struct event_base;

namespace capstan {

struct EventFree {
  void operator()(event* e) const noexcept;
};
struct EventBaseFree {
  void operator()(event_base* base) const noexcept;
};
using EventPtr = std::unique_ptr<event, EventFree>;
using EventBasePtr = std::unique_ptr<event_base, EventBaseFree>;

/// Home: the thread that calls run(), except post(). Construction and destruction happen while
/// nothing runs.
class EventLoop final : public Loop {
 public:
  EventLoop();
  ~EventLoop() override;

  Clock::time_point now() const noexcept override { return Clock::now(); }
  Watch* add_timer(std::chrono::nanoseconds delay, Wake& target) override;
  Watch* add_fd(int fd, unsigned interest, Wake& target) override;
  void remove(Watch* watch) noexcept override;
  /// Any thread. Calls made on the loop thread run later in the same iteration.
  void post(Wake& target) noexcept override;

  /// Calls `target` on the loop whenever the process gets `signal_number`.
  Watch* add_signal(int signal_number, Wake& target);

  /// Runs until quit(). The calling thread is the loop thread from here on.
  void run();
  /// Ends run() after the current callbacks.
  void quit() noexcept;

 private:
  Watch* add(int fd, short events, const std::chrono::nanoseconds* delay, Wake& target);
  static void on_event(int fd, short events, void* watch) noexcept;
  static void on_posted(int fd, short events, void* self) noexcept;
  void run_posted() noexcept;
  std::size_t n_posted();
  Wake& take_posted();

  EventBasePtr base_;
  int wake_fd_ = -1;
  EventPtr wake_event_;      // a post from another thread
  EventPtr deferred_event_;  // a post from the loop itself: no system call
  Mutex mutex_;
  PostQueue posted_ CAPSTAN_GUARDED_BY(mutex_);
};

}  // namespace capstan
