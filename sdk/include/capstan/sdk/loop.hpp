// The event loop as a stage sees it.
#pragma once

#include <chrono>

#include <capstan/sdk/export.hpp>

CAPSTAN_BEGIN_NAMESPACE

/// Something the loop calls. Never throws; must return quickly, since everything else waits.
/// Not destroyed between a post and its call.
class CAPSTAN_EXPORT Wake {
 public:
  /// `events` says why: Loop::kRead, kWrite, or kTimer.
  virtual void wake(unsigned events) noexcept = 0;

 protected:
  Wake() = default;
  ~Wake() = default;
  Wake(const Wake&) = delete;
  Wake& operator=(const Wake&) = delete;

 private:
  friend class PostQueue;
  Wake* next_posted_ = nullptr;  // the loop's: not null while it waits for its call
};

/// The libevent loop that runs a stage's coroutines. Home: its own thread, except `post`.
class CAPSTAN_EXPORT Loop {
 public:
  static constexpr unsigned kRead = 1;
  static constexpr unsigned kWrite = 2;
  static constexpr unsigned kTimer = 4;

  /// A registration. Valid until removed; owned by the loop.
  class Watch;
  using Clock = std::chrono::steady_clock;

  virtual ~Loop();
  /// Time as of now; the manual loop of the harness moves it by hand.
  virtual Clock::time_point now() const noexcept = 0;
  /// Calls `target` once after `delay`. Remove the watch afterwards, too.
  virtual Watch* add_timer(std::chrono::nanoseconds delay, Wake& target) = 0;
  /// Calls `target` whenever `fd` is ready for `interest` (level-triggered). One watch a descriptor
  /// and interest. The descriptor stays the caller's and must outlive the watch.
  virtual Watch* add_fd(int fd, unsigned interest, Wake& target) = 0;
  /// Ends a registration; its target is not called again. Null is allowed.
  virtual void remove(Watch* watch) noexcept = 0;
  /// Calls `target` on the loop thread soon, once however often it is posted before the call. The
  /// only member that any thread may call; takes no memory.
  virtual void post(Wake& target) noexcept = 0;
  /// Interfaces added after SDK 1.0, by name; null when unknown.
  virtual void* query(const char* interface_name) noexcept;
};

CAPSTAN_END_NAMESPACE
