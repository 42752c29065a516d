// One item inside one stage, from entry until its last output was accepted downstream.
#pragma once

#include <atomic>
#include <string>

#include <capstan/sdk/stage.hpp>

#include "engine/node.hpp"
#include "engine/outputs.hpp"
#include "engine/task.hpp"

namespace capstan::engine {

enum class RunKind : std::uint8_t { invalid = 0, process, finish, tick };

enum class RunState : std::uint8_t {
  invalid = 0,
  entering,    ///< has its slot, nothing called yet
  working,     ///< on a worker, or in a step of an async stage
  suspended,   ///< has more to give, waits for room
  finished,    ///< gives nothing more; outputs may be left to hand on
  backing_off  ///< failed, will be tried again; has no slot
};

/// What the next call into the stage is.
enum class Call : std::uint8_t { invalid = 0, begin, next, finish, tick, discard };

/// What has become of a slot that was lent to the run before it in a segment.
enum class Loan : std::uint8_t { none = 0, lent, used, called_back };

constexpr std::size_t kCacheLine = 64;

/// Home: the loop. While `state` is working and the stage is sync, the fields under "step" belong
/// to the worker. Runs are used again: reset() says what a new one is.
class Run final : public WorkerTask, public Completion, public Wake {
 public:
  explicit Run(Node& run_node) : node(run_node) {}
  void reset(RunKind run_kind) noexcept;

  // WorkerTask
  WorkerTask* run() noexcept override;
  void done() noexcept override CAPSTAN_ON_LOOP;
  // Completion (async stages)
  void complete(Step step, Item out) noexcept override;
  void fail(const std::string& message) noexcept override;
  void cancelled() noexcept override;
  // Wake: the pause before another try is over, or the time limit is reached
  void wake(unsigned events) noexcept override;

  /// Begins the step of an async stage; its end comes as a Completion.
  void call_async() CAPSTAN_ON_LOOP;
  /// Names job and index of the stage's `nth` output for the job, where all outputs belong to the
  /// input's. The loop, or the worker that passes it on.
  void address(Item& out, std::uint64_t nth) const;

  // The step: written before it starts, and its result. Worker and loop hand these back and forth,
  // which costs by the cache line: they stand together, what the worker has no use for apart.
  Call call = Call::invalid;
  Step result = Step::invalid;
  bool keeps_input = false;  ///< another try may need it
  bool was_cancelled = false;
  bool has_failed = false;
  std::atomic<Loan> loan{Loan::none};  ///< this run's own, as a follower
  std::uint32_t grant_items = 0;
  std::size_t grant_bytes = 0;
  Node& node;
  Slot* slot = nullptr;
  Run* follower = nullptr;  ///< the run of the next stage in the segment, prepared for an output
  std::size_t largest_output = 0;  ///< bytes
  alignas(kCacheLine) Outputs outputs;
  alignas(kCacheLine) Token token;  ///< its item belongs to the step; all else to the loop

  // The loop's, but for what the worker that passes an output on reads.
  std::uint64_t next_index = 0;  ///< of the output that a follower takes
  std::uint64_t index = 0;       ///< of the input item
  std::string message;           ///< of a failure
  bool is_in_stage = false;      ///< async: a completion is owed
  bool is_calling = false;       ///< async: within the call
  bool wants_more = false;       ///< async: the grant is not used up
  RunKind kind = RunKind::process;
  RunState state = RunState::entering;
  bool is_abandoned = false;  ///< its job is over: nothing is handed on
  bool is_waiting = false;    ///< listed in node.waiting
  bool is_parked = false;     ///< waits for its turn and nothing else
  bool has_timed_out = false;
  bool has_substitute = false;  ///< another worker stands in for the one it holds
  bool counts_as_work = false;  ///< will free memory: no overdraft meanwhile
  unsigned n_failures = 0;
  std::uint64_t n_handed_on = 0;  ///< outputs that left the stage
  std::uint64_t n_to_skip = 0;    ///< of those, how many another try gives again
  Ref<Ticket> ticket;             ///< pipeline scope: keeps its jobs open while it is inside
  Edge* edge = nullptr;           ///< where the token came from
  std::size_t promised_bytes = 0;
  Loop::Watch* timer = nullptr;
  RunList* order = nullptr;  ///< where it waits for its turn; null: nowhere
  Run* before_in_order = nullptr;
  Run* next_in_order = nullptr;

 private:
  void set_in_stage(bool is_inside) noexcept;
  void step_sync();
  void step_async();
  void ended() CAPSTAN_ON_LOOP;
  Item next_input();
  bool take_output(Step step);
  void check_output(Step step, const Item& out) const;
  void drop_output() noexcept;
  bool pass_on(Item& out, std::size_t size);
  std::size_t count_output(const Item& out);
};

}  // namespace capstan::engine
