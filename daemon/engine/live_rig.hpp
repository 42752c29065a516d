// Pipelines on the daemon's own loop, workers and engine, from their start to their end. What the
// engine decides is tested on engine_rig.hpp; this is for what threads do to it, and what it costs.
//
//   LiveRig rig(2);
//   Pipeline& pipeline = rig.add("p", std::move(stages.plan));
//   rig.run();
//   EXPECT_EQ(rig.tally(pipeline).n_done, ...);
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "engine/engine.hpp"
#include "engine/pipeline.hpp"
#include "engine/plan_of_stages.hpp"
#include "engine/pool.hpp"
#include "loop/event_loop.hpp"

namespace capstan::engine {

/// What became of one pipeline's jobs.
struct Tally {
  std::uint64_t n_done = 0, n_failed = 0, n_cancelled = 0;
  std::uint64_t n_left = 0;  ///< items
  std::size_t n_unstarted = 0;
  bool has_finished = false;
  std::uint64_t n_settled() const noexcept { return n_done + n_failed + n_cancelled; }
};

/// Home: the loop, which is the calling thread. Its stages' lines go nowhere: where millions of
/// items flow they would fill the memory that a test watches.
class LiveRig final : public Observer {
 public:
  explicit LiveRig(unsigned n_workers, std::size_t memory = SIZE_MAX / 4);

  /// The plan is written with PlanOfStages.
  Pipeline& add(std::string name, graph::Pipeline plan);
  /// Prepares and runs all, until each has finished. Throws what must not happen: a stage that
  /// could not be made, a source that gave up, a pipeline that ended twice.
  void run();
  /// After run(): what other threads posted to the loop and it has not come to.
  void run_what_was_posted();

  Tally& tally(const Pipeline& pipeline);
  EventLoop& loop() noexcept { return loop_; }
  Engine& engine() noexcept { return engine_; }

  std::function<void()> on_running;  ///< all have been told to run, and nothing has yet
  std::function<void(Pipeline&, const JobReport&)> on_settled;
  std::function<void(Pipeline&, const Item&)> on_left;
  bool has_segments = true;  ///< set before add()
  bool closes_intake = true;

 private:
  struct Entry {
    graph::Pipeline plan;
    Pipeline* pipeline = nullptr;
    Tally tally;
  };
  class Silent final : public Logger {
   public:
    bool is_enabled(LogLevel level) const noexcept override { return level >= LogLevel::warn; }
    void write(LogLevel, std::string_view) noexcept override {}
  };

  void pipeline_prepared(Pipeline& pipeline, const std::vector<Failure>& failures) override;
  void job_settled(Pipeline& pipeline, const JobReport& report) override;
  void item_left(Pipeline& pipeline, const Item& item) override;
  void source_failed(Pipeline& pipeline, const Failure& failure) override;
  void pipeline_finished(Pipeline& pipeline, const std::vector<JobRequest>& unstarted) override;
  void note(std::string fault);

  RoleScope role_{ThreadRole::loop};  // first, so that the engine is destroyed on the loop, too
  Silent log_;
  EventLoop loop_;
  Pool pool_;
  std::deque<Entry> entries_;
  Engine engine_;
  std::optional<std::string> fault_;  // the first
  std::size_t n_prepared_ = 0;
  std::size_t n_finished_ = 0;
};

}  // namespace capstan::engine
