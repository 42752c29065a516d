// The running parts, put together: loop, pool, engine, pipelines, signals.
#pragma once

#include <memory>
#include <vector>

#include "engine/engine.hpp"
#include "engine/pipeline.hpp"
#include "engine/pool.hpp"
#include "loop/event_loop.hpp"
#include "plan.hpp"

namespace capstan {

/// Hears what happens in any pipeline. Called on the loop; must not block.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual void job_settled(const engine::Pipeline&, const engine::JobReport&) {}
  virtual void item_left(const engine::Pipeline&, const Item&) {}
  virtual void source_failed(const engine::Pipeline&, const engine::Failure&) {}
};

/// Home: the thread that constructs it, which is the loop thread as long as it lives.
///
/// SIGTERM drains; SIGINT drains, and a second one stops at once: jobs in flight are cancelled, and
/// whatever ignores that for kStopLimit is left behind with the process. SIGUSR1 writes what every
/// pipeline is doing to the log.
class Runtime final : private engine::Observer {
 public:
  enum class Until : unsigned char { invalid = 0, pipelines_end, signal };
  static constexpr std::chrono::seconds kStopLimit{10};

  /// `plan`, `log` and `listener` outlive the runtime.
  Runtime(Plan& plan, Logger& log, Listener& listener);
  ~Runtime() override;

  /// Makes every stage once. A stage that cannot be made becomes a fault of the plan, at its line;
  /// returns whether all could.
  bool prepare();
  /// Runs the pipelines until they have ended, or until a signal says so and they have drained.
  void run(Until until);
  /// Ends what was prepared without running it.
  void close();

  EventLoop& loop() noexcept { return loop_; }
  const std::vector<engine::Pipeline*>& pipelines() const noexcept { return pipelines_; }
  /// Whether a signal asked for the end, and submissions that were not taken for that.
  bool was_interrupted() const noexcept { return n_signals_ > 0; }
  const std::vector<engine::JobRequest>& unstarted() const noexcept { return unstarted_; }

 private:
  class Signal;
  class StopLimit;

  void pipeline_prepared(engine::Pipeline& pipeline,
                         const std::vector<engine::Failure>& failures) override;
  void job_settled(engine::Pipeline& pipeline, const engine::JobReport& report) override;
  void item_left(engine::Pipeline& pipeline, const Item& item) override;
  void source_failed(engine::Pipeline& pipeline, const engine::Failure& failure) override;
  void pipeline_finished(engine::Pipeline& pipeline,
                         const std::vector<engine::JobRequest>& unstarted) override;
  void on_signal(int number);
  void log_state();
  void drain();
  void stop();
  void give_up();

  Plan& plan_;
  Logger& log_;
  Listener& listener_;
  RoleScope role_;
  EventLoop loop_;
  engine::Pool pool_;
  engine::Engine engine_;
  std::vector<engine::Pipeline*> pipelines_;
  std::vector<std::unique_ptr<Signal>> signals_;
  std::unique_ptr<StopLimit> stop_limit_;
  Until until_ = Until::pipelines_end;
  std::size_t n_prepared_ = 0;
  std::size_t n_finished_ = 0;
  std::vector<engine::JobRequest> unstarted_;
  unsigned n_signals_ = 0;
};

}  // namespace capstan
