// Coroutines on the loop: Task, cancellation, and the awaitables of a stage.
//
// Threads: a task starts, resumes and ends on its loop. Cancelling is a request: the innermost
// await ends early by throwing Cancelled, except `offload`, which is first waited for, since the
// worker still uses what it was lent.
//
// GCC 12 destroys a brace-made aggregate or a capturing lambda twice when it is a temporary of a
// `co_await` expression (fixed in GCC 13): name such a value on the line before and move it in.
#pragma once

#include <chrono>
#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include <capstan/sdk/stage.hpp>

CAPSTAN_BEGIN_NAMESPACE

/// Something that can be interrupted: the innermost await of a chain of tasks.
class CancelHook {
 public:
  virtual void on_cancel() noexcept = 0;

 protected:
  ~CancelHook() = default;
};

/// Cancellation of one chain of tasks. Home: the loop thread.
class CancelScope {
 public:
  bool is_requested() const noexcept { return is_requested_; }
  void request() noexcept {
    if (std::exchange(is_requested_, true)) return;
    if (CancelHook* hook = std::exchange(hook_, nullptr)) hook->on_cancel();
  }
  void enter(CancelHook* hook) noexcept { hook_ = hook; }
  void leave() noexcept { hook_ = nullptr; }
  void throw_if_requested() const {
    if (is_requested_) throw Cancelled();
  }

 private:
  bool is_requested_ = false;
  CancelHook* hook_ = nullptr;
};

namespace detail {

/// Told when the root of a chain of tasks reaches its end, or a generator its next value.
class StepHook {
 public:
  virtual void on_step() noexcept = 0;

 protected:
  ~StepHook() = default;
};

struct TaskPromiseBase {
  std::coroutine_handle<> continuation;
  StepHook* hook = nullptr;  // instead of a continuation, at the root
  CancelScope* scope = nullptr;
  std::exception_ptr failure;
  // Set while the parent is still inside await_suspend: a child that ends at once must return
  // there instead of transferring, or a loop over ready tasks would eat the stack at -O0, where
  // GCC makes no tail call of a symmetric transfer.
  bool parent_is_starting = false;

  std::suspend_always initial_suspend() noexcept { return {}; }
  struct Final {
    bool await_ready() noexcept { return false; }
    template <class P>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<P> handle) noexcept {
      TaskPromiseBase& promise = handle.promise();
      if (promise.parent_is_starting) return std::noop_coroutine();
      if (promise.continuation) return promise.continuation;
      if (promise.hook) promise.hook->on_step();  // may destroy this coroutine
      return std::noop_coroutine();
    }
    void await_resume() noexcept {}
  };
  Final final_suspend() noexcept { return {}; }
  void unhandled_exception() noexcept { failure = std::current_exception(); }
};

template <class T>
struct TaskPromise : TaskPromiseBase {
  std::optional<T> value;
  template <class U>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
  T take() { return std::move(*value); }
};

template <>
struct TaskPromise<void> : TaskPromiseBase {
  void return_void() noexcept {}
  void take() noexcept {}
};

}  // namespace detail

/// A lazy coroutine: it starts when awaited, exactly once. Move-only; destroying it destroys the
/// suspended coroutine.
template <class T = void>
class [[nodiscard]] Task {
 public:
  struct promise_type : detail::TaskPromise<T> {
    Task get_return_object() {
      return Task(std::coroutine_handle<promise_type>::from_promise(*this));
    }
  };

  Task() = default;
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }
  explicit operator bool() const noexcept { return static_cast<bool>(handle_); }

  struct Awaiter {
    std::coroutine_handle<promise_type> handle;
    bool await_ready() const noexcept { return false; }
    template <class P>
    bool await_suspend(std::coroutine_handle<P> parent) {
      promise_type& promise = handle.promise();
      promise.scope = parent.promise().scope;
      promise.continuation = parent;
      promise.parent_is_starting = true;
      handle.resume();
      if (handle.done()) return false;
      promise.parent_is_starting = false;
      return true;
    }
    T await_resume() {
      promise_type& promise = handle.promise();
      if (promise.failure) std::rethrow_exception(promise.failure);
      return promise.take();
    }
  };
  Awaiter operator co_await() const& noexcept { return Awaiter{handle_}; }

  /// Starts the task under `scope`. Returns true when it has ended at once; otherwise its end
  /// resumes `continuation`, or calls `hook`. For adaptors.
  bool start(CancelScope& scope, std::coroutine_handle<> continuation, detail::StepHook* hook) {
    promise_type& promise = handle_.promise();
    promise.scope = &scope;
    promise.continuation = continuation;
    promise.hook = hook;
    promise.parent_is_starting = true;
    handle_.resume();
    if (handle_.done()) return true;
    promise.parent_is_starting = false;
    return false;
  }
  /// The result of an ended task; throws what it threw.
  T result() { return Awaiter{handle_}.await_resume(); }

 private:
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

CAPSTAN_END_NAMESPACE
