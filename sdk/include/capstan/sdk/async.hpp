// Async stages as authors write them: a coroutine, or an async generator.
#pragma once

#include <capstan/sdk/await.hpp>

CAPSTAN_BEGIN_NAMESPACE

/// A sequence made by a coroutine that may `co_await` and `co_yield`. Lazy, move-only, driven by
/// AsyncGeneratorStage.
template <class T>
class [[nodiscard]] AsyncGenerator {
 public:
  struct promise_type {
    CancelScope* scope = nullptr;
    detail::StepHook* hook = nullptr;
    T* current = nullptr;
    std::exception_ptr failure;
    bool is_driven = false;  // the driver is inside resume() and will look by itself

    AsyncGenerator get_return_object() {
      return AsyncGenerator(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    struct Stop {
      bool await_ready() noexcept { return false; }
      void await_suspend(std::coroutine_handle<promise_type> handle) noexcept {
        promise_type& promise = handle.promise();
        if (!promise.is_driven) promise.hook->on_step();  // may destroy this coroutine
      }
      void await_resume() noexcept {}
    };
    Stop final_suspend() noexcept { return {}; }
    Stop yield_value(T& value) noexcept {
      current = &value;
      return {};
    }
    Stop yield_value(T&& value) noexcept { return yield_value(value); }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { failure = std::current_exception(); }
  };

  AsyncGenerator() = default;
  AsyncGenerator(AsyncGenerator&& other) noexcept
      : handle_(std::exchange(other.handle_, nullptr)) {}
  AsyncGenerator& operator=(AsyncGenerator other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~AsyncGenerator() {
    if (handle_) handle_.destroy();
  }
  explicit operator bool() const noexcept { return static_cast<bool>(handle_); }

  /// Asks for the next value under `scope`. Returns true when it (or the end) is there already;
  /// otherwise `hook` is called when it is.
  bool advance(CancelScope& scope, detail::StepHook& hook) {
    promise_type& promise = handle_.promise();
    promise.scope = &scope;
    promise.hook = &hook;
    promise.current = nullptr;
    promise.is_driven = true;
    handle_.resume();
    promise.is_driven = false;
    return promise.current || handle_.done();
  }
  /// After a step: the value, or null at the end. Throws what the coroutine threw.
  T* value() {
    promise_type& promise = handle_.promise();
    if (promise.failure) std::rethrow_exception(std::exchange(promise.failure, nullptr));
    return handle_.done() ? nullptr : promise.current;
  }

 private:
  explicit AsyncGenerator(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

namespace detail {

/// Turns what a step threw into the completion's words. Call from a catch block.
inline void report_failure(Completion& completion) noexcept {
  try {
    throw;
  } catch (const Cancelled&) {
    completion.cancelled();
  } catch (const std::exception& failure) {
    completion.fail(failure.what());
  } catch (...) {
    completion.fail("threw something that is not a std::exception");
  }
}

}  // namespace detail

/// One item in, at most one out, by a coroutine on the loop.
class AsyncMapStage : public AsyncStage, private detail::StepHook {
 public:
  /// Runs on the loop. Parameters by value: the coroutine owns them.
  virtual Task<Item> process(Item in) = 0;

  static constexpr bool kOneToMany = false;
  void begin(Item in, Completion& completion) final {
    completion_ = &completion;
    scope_ = CancelScope();
    task_ = process(std::move(in));
    if (task_.start(scope_, nullptr, this)) on_step();
  }
  void next(Completion& completion) final { completion.complete(Step::done, Item()); }
  void finish(Completion& completion) override { completion.complete(Step::done, Item()); }
  void cancel() noexcept final {
    if (task_) scope_.request();
  }

 private:
  void on_step() noexcept final {
    Task<Item> task = std::move(task_);
    try {
      Item out = task.result();
      task = {};
      completion_->complete(Step::last, std::move(out));
    } catch (...) {
      detail::report_failure(*completion_);
    }
  }

  CancelScope scope_;
  Task<Item> task_;
  Completion* completion_ = nullptr;
};

/// One item in, any number out, by a coroutine on the loop that awaits and yields.
class AsyncGeneratorStage : public AsyncStage, private detail::StepHook {
 public:
  /// Runs on the loop. Parameters by value.
  virtual AsyncGenerator<Item> process(Item in) = 0;
  /// What is left when no more items can come (job and pipeline scope).
  virtual AsyncGenerator<Item> finish_items() { return {}; }
  /// What is to be given when a time asked for by StageContext::request_tick has come.
  virtual AsyncGenerator<Item> tick_items() { return {}; }

  static constexpr bool kOneToMany = true;
  void begin(Item in, Completion& completion) final {
    scope_ = CancelScope();
    running_ = process(std::move(in));
    next(completion);
  }
  void next(Completion& completion) final {
    completion_ = &completion;
    is_stepping_ = true;
    if (running_.advance(scope_, *this)) on_step();
  }
  void finish(Completion& completion) final { give(finish_items(), completion); }
  void tick(Completion& completion) final { give(tick_items(), completion); }
  void cancel() noexcept final {
    if (is_stepping_) return scope_.request();
    running_ = {};
  }

 private:
  void on_step() noexcept final {
    is_stepping_ = false;
    try {
      if (Item* item = running_.value()) {
        completion_->complete(Step::more, std::move(*item));
        return;
      }
      running_ = {};
      completion_->complete(Step::done, Item());
    } catch (...) {
      running_ = {};
      detail::report_failure(*completion_);
    }
  }

  void give(AsyncGenerator<Item> items, Completion& completion) {
    scope_ = CancelScope();
    running_ = std::move(items);
    if (running_) return next(completion);
    completion.complete(Step::done, Item());
  }

  CancelScope scope_;
  AsyncGenerator<Item> running_;
  Completion* completion_ = nullptr;
  bool is_stepping_ = false;
};

CAPSTAN_END_NAMESPACE
