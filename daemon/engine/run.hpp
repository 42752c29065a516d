// One item inside one stage, from entry until its last output was accepted downstream.
#pragma once

#include <atomic>
#include <deque>
#include <string>

#include <capstan/sdk/stage.hpp>

#include "engine/node.hpp"
#include "engine/task.hpp"

namespace capstan::engine {

enum class RunKind : std::uint8_t { invalid = 0, process, finish };

enum class RunState : std::uint8_t {
  invalid = 0,
  entering,    ///< has its slot, nothing called yet
  working,     ///< on a worker, or in a step of an async stage
  suspended,   ///< has more to give, waits for room
  finished,    ///< gives nothing more; outputs may be left to hand on
  backing_off  ///< failed, will be tried again; has no slot
};

/// What the next call into the stage is.
enum class Call : std::uint8_t { invalid = 0, begin, next, finish, discard };

/// Home: the loop. While `state` is working and the stage is sync, the fields under "step" belong
/// to the worker.
class Run final : public WorkerTask, public Completion, public Wake {
 public:
  Run(Node& run_node, RunKind run_kind) : node(run_node), kind(run_kind) {}

  // Task
  void run() noexcept override;
  void done() noexcept override CAPSTAN_ON_LOOP;
  // Completion (async stages)
  void complete(Step step, Item out) noexcept override;
  void fail(const std::string& message) noexcept override;
  void cancelled() noexcept override;
  // Wake: the pause before another try is over, or the time limit is reached
  void wake(unsigned events) noexcept override;

  /// Begins the step of an async stage; its end comes as a Completion.
  void call_async() CAPSTAN_ON_LOOP;

  Node& node;
  const RunKind kind;
  Slot* slot = nullptr;
  Token token;
  Edge* edge = nullptr;     ///< where the token came from
  std::uint64_t index = 0;  ///< of the input item
  RunState state = RunState::entering;
  bool is_abandoned = false;  ///< its job is over: nothing is handed on
  bool is_waiting = false;    ///< listed in node.waiting
  bool has_timed_out = false;
  bool has_emitted = false;  ///< an output left the stage: no other try is possible
  unsigned n_failures = 0;
  std::deque<Item> outputs;
  Loop::Watch* timer = nullptr;
  Run* next_in_order = nullptr;

  // The step: written before it starts, and its result.
  Call call = Call::invalid;
  std::size_t grant_items = 0;
  std::size_t grant_bytes = 0;
  Item input;
  Step result = Step::invalid;
  bool was_cancelled = false;
  bool has_failed = false;
  std::string message;
  bool is_in_stage = false;                     ///< async: a completion is owed
  std::atomic<Loop::Clock::rep> started_at{0};  ///< when the step began; 0: still queued

 private:
  void set_in_stage(bool is_inside) noexcept;
  void step_sync();
  bool take_output(Step step, Item out);
};

}  // namespace capstan::engine
