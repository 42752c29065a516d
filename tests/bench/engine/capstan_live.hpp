// A plan on the daemon's engine, loop and pool, from its start to its end.
#pragma once

#include "engine/engine.hpp"
#include "engine/pipeline.hpp"
#include "loop/event_loop.hpp"

namespace bench {

using namespace capstan;

class StderrLogger final : public Logger {
 public:
  bool is_enabled(LogLevel level) const noexcept override { return level >= LogLevel::warn; }
  void write(LogLevel, std::string_view line) noexcept override;
};

/// Runs one plan. Home: the loop, which is the main thread. What leaves is counted in `traffic`.
class Live final : public engine::Observer {
 public:
  /// Adds a stage behind the last one.
  Live& add(const StageType& type, unsigned concurrency, std::size_t queue_items);
  graph::Pipeline& plan() noexcept { return plan_; }
  /// Returns when everything has left; throws when something failed or is missing. `n_jobs` are
  /// submitted; 0 where the first stage is a source.
  void run(unsigned n_workers, std::uint64_t n_jobs);

 private:
  void pipeline_prepared(engine::Pipeline& pipeline,
                         const std::vector<engine::Failure>& failures) override;
  void item_left(engine::Pipeline& pipeline, const Item& item) override;
  void job_settled(engine::Pipeline& pipeline, const engine::JobReport& report) override;
  void source_failed(engine::Pipeline& pipeline, const engine::Failure& failure) override;
  void pipeline_finished(engine::Pipeline& pipeline,
                         const std::vector<engine::JobRequest>& unstarted) override;

  RoleScope role_{ThreadRole::loop};  // first, so that the engine is destroyed on the loop, too
  StderrLogger log_;
  EventLoop loop_;
  graph::Pipeline plan_;
  std::uint64_t n_jobs_ = 0;
  std::uint64_t n_failed_ = 0;
};

}  // namespace bench
