// Pipelines on the daemon's own loop, pool and engine, from their start to their end.
#pragma once

#include <deque>
#include <functional>
#include <memory>

#include "engine/engine.hpp"
#include "engine/engine_rig.hpp"
#include "engine/pool.hpp"
#include "loop/event_loop.hpp"

namespace soak {

using namespace capstan;

/// Counts lines; what a soak logs would fill the memory that it watches.
class CountingLogger final : public Logger {
 public:
  bool is_enabled(LogLevel level) const noexcept override { return level >= LogLevel::warn; }
  void write(LogLevel, std::string_view) noexcept override { ++n_lines; }
  std::atomic<std::uint64_t> n_lines{0};
};

/// What became of one pipeline's jobs.
struct Tally {
  std::uint64_t n_done = 0, n_failed = 0, n_cancelled = 0;
  std::uint64_t n_left = 0;
  std::size_t n_unstarted = 0;
  bool has_finished = false;
  std::uint64_t n_settled() const noexcept { return n_done + n_failed + n_cancelled; }
};

/// Home: the loop, which is the calling thread.
class Live final : public engine::Observer {
 public:
  explicit Live(unsigned n_workers, std::size_t memory = SIZE_MAX / 4)
      : pool_(n_workers), engine_(loop_, pool_, log_, memory) {}

  /// The plan is written with PlanOfStages.
  engine::Pipeline& add(std::string name, graph::Pipeline plan);
  /// Prepares and runs all, until each has finished.
  void run();
  /// After run(): what other threads posted to the loop and it has not come to.
  void run_what_was_posted();

  Tally& tally(const engine::Pipeline& pipeline) { return tallies_[&pipeline]; }
  EventLoop& loop() noexcept { return loop_; }
  engine::Engine& engine() noexcept { return engine_; }

  std::function<void(engine::Pipeline&, const engine::JobReport&)> on_settled;
  std::function<void(engine::Pipeline&, const Item&)> on_left;
  std::function<void()> on_running;  ///< every pipeline has been prepared
  bool closes_intake = true;

 private:
  void pipeline_prepared(engine::Pipeline& pipeline,
                         const std::vector<engine::Failure>& failures) override;
  void job_settled(engine::Pipeline& pipeline, const engine::JobReport& report) override;
  void item_left(engine::Pipeline& pipeline, const Item& item) override;
  void source_failed(engine::Pipeline& pipeline, const engine::Failure& failure) override;
  void pipeline_finished(engine::Pipeline& pipeline,
                         const std::vector<engine::JobRequest>& unstarted) override;

  RoleScope role_{ThreadRole::loop};  // first, so that the engine is destroyed on the loop, too
  CountingLogger log_;
  EventLoop loop_;
  engine::Pool pool_;
  std::deque<graph::Pipeline> plans_;
  std::map<const engine::Pipeline*, Tally> tallies_;
  engine::Engine engine_;
  std::vector<engine::Pipeline*> pipelines_;
  std::size_t n_prepared_ = 0;
  std::size_t n_finished_ = 0;
};

/// Resident memory of this process now, in bytes.
std::int64_t resident_bytes();
/// The most that it ever was (VmHWM).
std::int64_t peak_resident_bytes();

/// Sanitizers keep freed memory for a while, so their builds say nothing about the process's size.
constexpr bool has_sanitizer() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return true;
#else
  return false;
#endif
}

/// How many items a soak takes: $CAPSTAN_SOAK_ITEMS, or what suits this build.
std::uint64_t count_items(std::uint64_t n_of_release, std::uint64_t n_of_sanitizers);

}  // namespace soak
