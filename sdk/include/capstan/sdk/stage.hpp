// The interfaces between the engine and a stage. Most authors derive from the friendlier
// MapStage, GeneratorStage (sync.hpp), AsyncMapStage, AsyncGeneratorStage (async.hpp).
//
// Data flow: the engine gives one item and then asks for outputs, one a step, whenever there is
// room for one. A stage that has more to give waits, without a thread, until it is asked.
//
// Threads: instances are constructed and destroyed on a pool worker, and never entered twice at
// once. A sync stage is entered on workers only, and not always the same one; an async stage on
// its loop only.
//
// Failure: throw. The engine records it as one failure of one job and carries on.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include <capstan/sdk/context.hpp>
#include <capstan/sdk/item.hpp>
#include <capstan/sdk/options.hpp>

CAPSTAN_BEGIN_NAMESPACE

/// What a step gave.
enum class Step : std::uint8_t {
  invalid = 0,
  more,  ///< an output; ask again
  last,  ///< an output, and the item is finished
  done,  ///< no output; the item is finished
};

/// Which items an instance sees.
enum class Scope : std::uint8_t {
  invalid = 0,
  item,      ///< items are independent; one instance for each unit of `concurrency`
  job,       ///< one instance a job, its items in order, then finish()
  pipeline,  ///< one instance, every item, one after the other, then finish()
};

/// Thrown inside a stage whose job was cancelled. Not a std::exception, so that a stage's own
/// handlers do not swallow it.
class CAPSTAN_EXPORT Cancelled {
 public:
  virtual ~Cancelled();
};

class CAPSTAN_EXPORT Stage {
 public:
  virtual ~Stage();
  /// Interfaces added after SDK 1.0, by name; null when unknown.
  virtual void* query(const char* interface_name) noexcept;
};

/// Runs on a pool worker, never on the loop. Every member is called on a worker and may block.
class CAPSTAN_EXPORT SyncStage : public Stage {
 public:
  ~SyncStage() override;
  /// Takes an item and makes its first step. `out` is empty on entry; Step::more and Step::last
  /// mean that it was set (an empty item drops).
  virtual Step begin(Item in, Item& out) = 0;
  /// The next step of the item begun.
  virtual Step next(Item& out) = 0;
  /// First step of what is left when no more items can come (job and pipeline scope). Continued by
  /// next().
  virtual Step finish(Item& out) = 0;
  /// First step of what is to be given because the time has come that StageContext::request_tick
  /// asked for (job and pipeline scope). Continued by next().
  virtual Step tick(Item& out);
  /// Gives up the item begun, or the finish: destroys what is suspended.
  virtual void discard() noexcept = 0;
};

/// Takes the result of a step of an async stage. Called once a step, on the loop, from within the
/// call that asked for the step or later.
class CAPSTAN_EXPORT Completion {
 public:
  virtual void complete(Step step, Item out) noexcept = 0;
  /// The step failed; the item is finished. `message` is copied.
  virtual void fail(const std::string& message) noexcept = 0;
  /// The step ended because of cancel().
  virtual void cancelled() noexcept = 0;

 protected:
  ~Completion() = default;
};

/// Runs on the loop, never on a worker. Nothing here may block or compute for long.
class CAPSTAN_EXPORT AsyncStage : public Stage {
 public:
  ~AsyncStage() override;
  /// Called once on the loop before the first item, and after the last.
  virtual void start();
  virtual void stop() noexcept;
  virtual void begin(Item in, Completion& completion) = 0;
  virtual void next(Completion& completion) = 0;
  virtual void finish(Completion& completion) = 0;
  /// As SyncStage::tick.
  virtual void tick(Completion& completion);
  /// Asks the step under way to end soon; its completion still follows. Between steps, it destroys
  /// what is suspended at once and no completion follows. Idempotent.
  virtual void cancel() noexcept = 0;
};

CAPSTAN_END_NAMESPACE
