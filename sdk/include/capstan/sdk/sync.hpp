// Sync stages as authors write them: a plain function, or a generator.
#pragma once

#include <coroutine>
#include <exception>
#include <utility>

#include <capstan/sdk/stage.hpp>

CAPSTAN_BEGIN_NAMESPACE

/// One item in, at most one out. An empty item as result drops the input.
class MapStage : public SyncStage {
 public:
  /// Runs on a worker. Parameters by value: the stage owns them.
  virtual Item process(Item in) = 0;

  static constexpr bool kOneToMany = false;
  Step begin(Item in, Item& out) final {
    out = process(std::move(in));
    return Step::last;
  }
  Step next(Item&) final { return Step::done; }
  Step finish(Item&) override { return Step::done; }
  void discard() noexcept final {}
};

/// A lazy sequence, produced by a coroutine that `co_yield`s. Move-only. It may be resumed on a
/// different worker each time, so no lock and no thread-local reference may live across a yield.
template <class T>
class [[nodiscard]] Generator {
 public:
  struct promise_type {
    Generator get_return_object() {
      return Generator(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    std::suspend_always yield_value(T& value) noexcept {
      current = &value;
      return {};
    }
    std::suspend_always yield_value(T&& value) noexcept { return yield_value(value); }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { failure = std::current_exception(); }
    template <class U>
    void await_transform(U&&) = delete;  // a sync generator has no loop to wait on

    T* current = nullptr;
    std::exception_ptr failure;
  };

  Generator() = default;
  Generator(Generator&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Generator& operator=(Generator other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Generator() {
    if (handle_) handle_.destroy();
  }

  /// Resumes until the next value; null at the end. Throws what the coroutine threw.
  T* next() {
    if (!handle_ || handle_.done()) return nullptr;
    handle_.promise().current = nullptr;
    handle_.resume();
    if (handle_.promise().failure) {
      std::rethrow_exception(std::exchange(handle_.promise().failure, nullptr));
    }
    return handle_.done() ? nullptr : handle_.promise().current;
  }

 private:
  explicit Generator(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

/// One item in, any number out. Between two outputs no worker is held.
class GeneratorStage : public SyncStage {
 public:
  /// Runs on workers. Parameters by value.
  virtual Generator<Item> process(Item in) = 0;
  /// What is left when no more items can come (job and pipeline scope).
  virtual Generator<Item> finish_items() { return {}; }

  /// What is to be given when a time asked for by StageContext::request_tick has come.
  virtual Generator<Item> tick_items() { return {}; }

  static constexpr bool kOneToMany = true;
  Step begin(Item in, Item& out) final {
    running_ = process(std::move(in));
    return next(out);
  }
  Step next(Item& out) final {
    Item* item = running_.next();
    if (!item) {
      running_ = {};
      return Step::done;
    }
    out = std::move(*item);
    return Step::more;
  }
  Step finish(Item& out) final {
    running_ = finish_items();
    return next(out);
  }
  Step tick(Item& out) final {
    running_ = tick_items();
    return next(out);
  }
  void discard() noexcept final { running_ = {}; }

 private:
  Generator<Item> running_;
};

CAPSTAN_END_NAMESPACE
