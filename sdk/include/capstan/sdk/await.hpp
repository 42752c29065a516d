// The awaitables of an async stage: sleep, descriptors, offload, timeout.
//
// Each removes itself from the loop when its coroutine is destroyed or cancelled.
#pragma once

#include <capstan/sdk/task.hpp>

CAPSTAN_BEGIN_NAMESPACE

/// Thrown by with_timeout.
class CAPSTAN_EXPORT TimedOut : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  ~TimedOut() override;
};

namespace detail {

/// An await that one loop watch ends: a timer or a descriptor.
class WatchAwaiter : public Wake, public CancelHook {
 public:
  explicit WatchAwaiter(StageContext& context) : context_(context) {}
  WatchAwaiter(const WatchAwaiter&) = delete;
  WatchAwaiter& operator=(const WatchAwaiter&) = delete;
  ~WatchAwaiter() {
    if (watch_) {
      context_.loop().remove(watch_);
      scope_->leave();
    }
  }
  bool await_ready() const noexcept { return false; }
  template <class P>
  bool await_suspend(std::coroutine_handle<P> handle) {
    scope_ = handle.promise().scope;
    if (scope_->is_requested()) return false;
    handle_ = handle;
    watch_ = add_watch(context_.loop());
    scope_->enter(this);
    return true;
  }
  void await_resume() const { scope_->throw_if_requested(); }

 protected:
  virtual Loop::Watch* add_watch(Loop& loop) = 0;

 private:
  void wake(unsigned) noexcept final {
    scope_->leave();
    resume();
  }
  void on_cancel() noexcept final { resume(); }
  void resume() noexcept {
    context_.loop().remove(std::exchange(watch_, nullptr));
    handle_.resume();
  }

  StageContext& context_;
  CancelScope* scope_ = nullptr;
  Loop::Watch* watch_ = nullptr;
  std::coroutine_handle<> handle_;
};

class SleepAwaiter final : public WatchAwaiter {
 public:
  SleepAwaiter(StageContext& context, std::chrono::nanoseconds delay)
      : WatchAwaiter(context), delay_(delay) {}

 private:
  Loop::Watch* add_watch(Loop& loop) final { return loop.add_timer(delay_, *this); }
  std::chrono::nanoseconds delay_;
};

class FdAwaiter final : public WatchAwaiter {
 public:
  FdAwaiter(StageContext& context, int fd, unsigned interest)
      : WatchAwaiter(context), fd_(fd), interest_(interest) {}

 private:
  Loop::Watch* add_watch(Loop& loop) final { return loop.add_fd(fd_, interest_, *this); }
  int fd_;
  unsigned interest_;
};

/// The result of an offloaded function: a value, nothing, or what it threw.
template <class R>
struct Outcome {
  std::optional<R> value;
  template <class Fn>
  void run(Fn& fn) {
    value.emplace(fn());
  }
  R take() { return std::move(*value); }
};
template <>
struct Outcome<void> {
  template <class Fn>
  void run(Fn& fn) {
    fn();
  }
  void take() noexcept {}
};

/// Not abandoned when cancelled: the function uses what the coroutine owns. `Held` is Fn& for a
/// function that the coroutine keeps, Fn for one that needs no destructor.
template <class Held>
class OffloadAwaiter final : public Work {
 public:
  using Result = std::invoke_result_t<std::remove_reference_t<Held>&>;
  OffloadAwaiter(StageContext& context, Held fn) : context_(context), fn_(fn) {}
  OffloadAwaiter(const OffloadAwaiter&) = delete;
  OffloadAwaiter& operator=(const OffloadAwaiter&) = delete;

  bool await_ready() const noexcept { return false; }
  template <class P>
  bool await_suspend(std::coroutine_handle<P> handle) {
    scope_ = handle.promise().scope;
    if (scope_->is_requested()) return false;
    handle_ = handle;
    context_.offload(*this);
    return true;
  }
  Result await_resume() {
    scope_->throw_if_requested();
    if (failure_) std::rethrow_exception(failure_);
    return outcome_.take();
  }

 private:
  void run() noexcept final {
    try {
      outcome_.run(fn_);
    } catch (...) {
      failure_ = std::current_exception();
    }
  }
  void done() noexcept final { handle_.resume(); }

  StageContext& context_;
  Held fn_;
  CancelScope* scope_ = nullptr;
  std::coroutine_handle<> handle_;
  Outcome<Result> outcome_;
  std::exception_ptr failure_;
};

/// Awaits a task under a scope of its own, which a timer or the outer scope cancels.
template <class T>
class TimeoutAwaiter final : public Wake, public CancelHook {
 public:
  TimeoutAwaiter(StageContext& context, Task<T> task, std::chrono::nanoseconds limit)
      : context_(context), task_(std::move(task)), limit_(limit) {}
  TimeoutAwaiter(const TimeoutAwaiter&) = delete;
  TimeoutAwaiter& operator=(const TimeoutAwaiter&) = delete;
  ~TimeoutAwaiter() { context_.loop().remove(watch_); }

  bool await_ready() const noexcept { return false; }
  template <class P>
  bool await_suspend(std::coroutine_handle<P> handle) {
    outer_ = handle.promise().scope;
    if (outer_->is_requested()) inner_.request();
    watch_ = context_.loop().add_timer(limit_, *this);
    if (task_.start(inner_, handle, nullptr)) return false;
    outer_->enter(this);
    return true;
  }
  T await_resume() {
    context_.loop().remove(std::exchange(watch_, nullptr));
    outer_->leave();
    try {
      return task_.result();
    } catch (const Cancelled&) {
      if (!has_timed_out_ || outer_->is_requested()) throw;
    }
    throw TimedOut("timed out after " +
                   std::to_string(std::chrono::duration<double>(limit_).count()) + " s");
  }

 private:
  void wake(unsigned) noexcept final {
    has_timed_out_ = true;
    inner_.request();
  }
  void on_cancel() noexcept final { inner_.request(); }

  StageContext& context_;
  CancelScope inner_;  // before the task, whose awaits refer to it until they are destroyed
  Task<T> task_;
  std::chrono::nanoseconds limit_;
  CancelScope* outer_ = nullptr;
  Loop::Watch* watch_ = nullptr;
  bool has_timed_out_ = false;
};

}  // namespace detail

/// Suspends for `delay`; the loop serves others meanwhile.
inline detail::SleepAwaiter sleep_for(StageContext& context, std::chrono::nanoseconds delay) {
  return {context, delay};
}
/// Suspends until `fd` can be read, or written, without blocking.
inline detail::FdAwaiter readable(StageContext& context, int fd) {
  return {context, fd, Loop::kRead};
}
inline detail::FdAwaiter writable(StageContext& context, int fd) {
  return {context, fd, Loop::kWrite};
}
/// Runs `fn` on the pool and resumes here with its result, or throws what it threw. `fn` is a local
/// of the coroutine, since GCC 12 destroys a capturing lambda twice when it is a temporary here.
template <class Fn>
detail::OffloadAwaiter<Fn&> offload(StageContext& context, Fn& fn) {
  return {context, fn};
}
/// A temporary is taken only where being destroyed twice does no harm.
template <class Fn>
requires std::is_trivially_destructible_v<Fn> detail::OffloadAwaiter<Fn> offload(
    StageContext& context, Fn&& fn) {
  return {context, fn};
}
/// Awaits `task`; after `limit` cancels it and throws TimedOut.
template <class T>
detail::TimeoutAwaiter<T> with_timeout(StageContext& context, Task<T> task,
                                       std::chrono::nanoseconds limit) {
  return {context, std::move(task), limit};
}

CAPSTAN_END_NAMESPACE
