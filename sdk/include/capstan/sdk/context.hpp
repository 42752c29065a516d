// What a stage is handed: its name, logger, loop, the pool, cancellation. There are no globals.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include <capstan/sdk/input_rules.hpp>
#include <capstan/sdk/loop.hpp>

CAPSTAN_BEGIN_NAMESPACE

enum class LogLevel : std::uint8_t { invalid = 0, trace, debug, info, warn, error };

/// Writes lines that already carry the stage's name. Threads: any.
class CAPSTAN_EXPORT Logger {
 public:
  virtual ~Logger();
  /// Ask before building a costly line.
  virtual bool is_enabled(LogLevel level) const noexcept = 0;
  /// One line, one fact; control characters are escaped by the sink.
  virtual void write(LogLevel level, std::string_view line) noexcept = 0;

  void debug(std::string_view line) noexcept { write_if(LogLevel::debug, line); }
  void info(std::string_view line) noexcept { write_if(LogLevel::info, line); }
  void warn(std::string_view line) noexcept { write_if(LogLevel::warn, line); }
  void error(std::string_view line) noexcept { write_if(LogLevel::error, line); }

 private:
  void write_if(LogLevel level, std::string_view line) noexcept {
    if (is_enabled(level)) write(level, line);
  }
};

/// A function lent to the pool: `run` on a worker, then `done` on the loop it was lent from.
class CAPSTAN_EXPORT Work {
 public:
  virtual void run() noexcept = 0;
  virtual void done() noexcept = 0;

 protected:
  ~Work() = default;
};

/// One instance's view of the world; outlives the instance. Members say where they may be called.
class CAPSTAN_EXPORT StageContext {
 public:
  virtual ~StageContext();
  /// Any thread.
  virtual std::string_view pipeline() const noexcept = 0;
  /// The stage's id in the configuration. Any thread.
  virtual std::string_view stage() const noexcept = 0;
  /// Any thread.
  virtual Logger& log() noexcept = 0;
  /// True once the current item's job was cancelled or the pipeline stops: long work should give
  /// up soon, by throwing Cancelled. Any thread, cheap enough for inner loops.
  virtual bool is_cancelled() const noexcept = 0;
  /// The loop that runs this stage; async stages only, on that loop.
  virtual Loop& loop() = 0;
  /// Runs `work` on the pool, then its `done` on the loop. Async stages, on their loop. `work` must
  /// live until `done`.
  virtual void offload(Work& work) = 0;
  /// Asks the engine to call tick() once `delay` after the step under way has ended, unless another
  /// request replaces this one; zero takes it back. Job and pipeline scope, within a step.
  virtual void request_tick(std::chrono::nanoseconds delay) noexcept = 0;
  /// Counts working memory of this instance (what it holds beside payloads) against the memory
  /// budget: adds `bytes`, or gives them back when negative. What is left is given back with the
  /// instance. Any thread.
  virtual void charge(std::int64_t bytes) noexcept = 0;
  /// A source tells how many jobs it will emit in all, for progress. Any thread.
  virtual void expect_jobs(std::uint64_t n_jobs) noexcept = 0;
  /// Workers that nobody has work for at the moment: how many threads of its own a call may use
  /// beside its worker. A guess, which may be out of date at once. Any thread.
  virtual unsigned n_spare_workers() const noexcept = 0;
  /// What a stage asks before it opens an input that an item names. Any thread.
  virtual const InputRules& input_rules() const noexcept = 0;
  /// Interfaces added after SDK 1.0, by name; null when unknown.
  virtual void* query(const char* interface_name) noexcept;

  /// One object shared by all instances of this stage, made by the first that asks and destroyed
  /// after the last instance: a connection pool, a model. Called in a constructor, so on a worker;
  /// instances may be constructed at the same time, `make` runs once.
  template <class T, class Make>
  std::shared_ptr<T> shared(Make make) {
    std::shared_ptr<void> made = shared_object(
        [](void* m) -> std::shared_ptr<void> { return (*static_cast<Make*>(m))(); }, &make);
    return std::static_pointer_cast<T>(made);
  }

 protected:
  using MakeShared = std::shared_ptr<void> (*)(void* make);
  virtual std::shared_ptr<void> shared_object(MakeShared make, void* argument) = 0;
};

CAPSTAN_END_NAMESPACE
