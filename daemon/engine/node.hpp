// One stage of a running pipeline. Home: the loop, but for what says otherwise.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/edge.hpp"
#include "engine/slot.hpp"
#include "graph/graph.hpp"

namespace capstan::engine {

class Pipeline;
enum class RunKind : std::uint8_t;

/// Writes a stage's lines with its name in front.
class StageLogger final : public Logger {
 public:
  StageLogger(Logger& sink, std::string prefix) : sink_(sink), prefix_(std::move(prefix)) {}
  bool is_enabled(LogLevel level) const noexcept override { return sink_.is_enabled(level); }
  void write(LogLevel level, std::string_view line) noexcept override;

 private:
  Logger& sink_;
  std::string prefix_;
};

/// What a stage's calls cost, as a guide to what the next one will. Follows a change within some
/// ten calls.
struct Habit {
  static constexpr unsigned kEnough = 16;
  static constexpr std::chrono::nanoseconds kShort = std::chrono::microseconds(20);

  std::chrono::nanoseconds step{0};     ///< time of a call
  std::chrono::nanoseconds longest{0};  ///< of the last calls; forgotten by and by
  unsigned n_calls = 0;                 ///< up to kEnough
  std::size_t output_bytes = 0;         ///< largest output of the last calls

  void learn(std::chrono::nanoseconds took, std::size_t largest_output) noexcept {
    step += (took - step) / 8;
    longest = std::max(took, longest - longest / 16);
    n_calls += n_calls < kEnough;
    output_bytes = std::max(largest_output, output_bytes - output_bytes / 16);
  }
  bool is_short() const noexcept { return n_calls == kEnough && longest < kShort; }
};

struct Node {
  Node(Pipeline& owner, const graph::Stage& stage_plan, std::size_t at, Logger& sink,
       const std::string& pipeline_name);
  ~Node();

  Pipeline& pipeline;
  const graph::Stage& plan;
  const std::size_t index;
  StageLogger logger;
  std::vector<Edge*> in;
  std::vector<Edge*> out;
  Edge* follows = nullptr;  ///< the edge to the next stage of the segment, of `out`
  bool is_plain = false;    ///< at most one edge, and an input's job is its outputs' job
  const bool is_one_to_many;

  // What changes with each item stands apart from what workers read.
  alignas(64) std::vector<std::unique_ptr<Slot>> slots;
  std::vector<Slot*> free_slots;
  std::vector<Run*> waiting;      ///< runs with outputs to hand on, or suspended for want of room
  std::vector<Run*> backing_off;  ///< runs that pause before another try
  std::vector<Run*> retrying;     ///< runs whose pause is over and that need a slot again
  std::vector<Run*> loans;        ///< runs that were given a slot ahead, the newest last
  RunList order;                  ///< order: global
  Habit habit;
  std::size_t n_active = 0;      ///< tokens queued or inside, without those a stage holds back
  bool has_ended = false;        ///< nothing can come out any more: the pipeline is ending
  bool finish_started = false;   ///< pipeline scope
  bool was_asked = false;        ///< pipeline scope: for what it holds, since its last item
  bool is_behind_mixer = false;  ///< its items may be of several jobs
  bool is_dirty = false;
  bool is_refused = false;     ///< could run but for the memory budget
  bool waits_to_lend = false;  ///< could run, but its items could not run on; see segment.cpp

  std::uint64_t n_in = 0;
  std::uint64_t n_out = 0;
  std::uint64_t n_failed = 0;    ///< tries
  std::uint64_t n_given_up = 0;  ///< items that failed for good
  std::uint64_t n_dropped = 0;
  std::uint64_t n_retried = 0;
  std::uint64_t n_passed_on = 0;  ///< outputs that ran on through the segment

  std::mutex shared_mutex;  // guards the next line, on workers
  std::shared_ptr<void> shared_object;

  /// A run as new, of those that are not in use.
  Run& new_run(RunKind kind);
  void give_back(Run& run) noexcept { free_runs_.push_back(&run); }

  const StageType& type() const noexcept { return *plan.type; }
  bool is_source() const noexcept { return plan.type->is_source(); }
  bool is_sync() const noexcept { return plan.type->execution == Execution::sync; }
  Scope scope() const noexcept { return plan.scope; }
  /// Whether a call is under way, or waits for a worker.
  bool is_working() const noexcept;
  /// Whether runs of this stage wait for their turn before they hand on outputs.
  bool is_ordered() const noexcept {
    return plan.order != graph::Order::none && (plan.concurrency > 1 || plan.retry.n_retries > 0);
  }

 private:
  std::vector<std::unique_ptr<Run>> runs_;  // all that were ever made
  std::vector<Run*> free_runs_;
};

}  // namespace capstan::engine
