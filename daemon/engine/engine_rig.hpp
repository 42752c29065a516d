// Tests of the engine as a small language: a pipeline of stages, workers that run when told to, a
// clock that stands still.
//
//   Rig rig;
//   rig.stage(kSource, {{"n", "3"}}).stage(kPass, {}, {.concurrency = 2});
//   rig.run();
//   EXPECT_EQ(rig.outputs("0"), ...);
//
// A seed makes the workers' order random, so that one test tries many schedules.
#pragma once

#include <map>
#include <random>
#include <string>
#include <vector>

#include <capstan/sdk/harness.hpp>

#include "engine/engine.hpp"
#include "engine/pipeline.hpp"
#include "engine/plan_of_stages.hpp"

namespace capstan::engine {

/// An executor whose workers run one task when told to, on the calling thread.
class ManualExecutor final : public Executor {
 public:
  explicit ManualExecutor(unsigned seed) : random_(seed), is_random_(seed != 0) {}

  void announce_to(Loop& loop, Wake& target) override {
    loop_ = &loop;
    target_ = &target;
  }
  unsigned add_share(unsigned) override { return ++n_shares_; }
  unsigned n_spare_workers() const noexcept override { return 0; }
  bool may_hold_back() const noexcept override { return false; }
  void nudge() override {}
  bool begin_substitute() override {
    if (!has_substitutes) return false;
    ++n_substitutes;
    return true;
  }
  void end_substitute() override { --n_substitutes; }
  void submit(std::vector<WorkerTask*>& batch) override {
    queued_.insert(queued_.end(), batch.begin(), batch.end());
    batch.clear();
  }
  void collect(std::vector<WorkerTask*>& finished) override {
    finished.insert(finished.end(), finished_.begin(), finished_.end());
    finished_.clear();
  }
  void stop() override {
    while (run_one()) {
    }
  }
  /// Runs one task: of the highest rank, or any when random. False when there is none.
  bool run_one();
  /// Runs one task, and what follows it on the same worker, by its place in the queue.
  bool run_at(std::size_t place);
  std::size_t n_queued() const noexcept { return queued_.size(); }
  int n_substitutes = 0;
  bool has_substitutes = true;
  std::size_t n_hops = 0;                  ///< tasks that a worker took from the queue
  std::chrono::nanoseconds step_takes{0};  ///< what each call is said to have taken

 private:
  unsigned n_shares_ = 0;
  Loop* loop_ = nullptr;
  Wake* target_ = nullptr;
  std::mt19937 random_;
  bool is_random_;
  std::vector<WorkerTask*> queued_;
  std::vector<WorkerTask*> finished_;
};

/// Keeps every line.
class LineLogger final : public Logger {
 public:
  bool is_enabled(LogLevel level) const noexcept override { return level >= LogLevel::info; }
  void write(LogLevel, std::string_view line) noexcept override { lines.emplace_back(line); }
  std::vector<std::string> lines;
};

class Rig final : public PlanOfStages, public Observer {
 public:
  explicit Rig(unsigned seed = 0, std::size_t memory = SIZE_MAX / 4);
  ~Rig() override;

  Rig& stage(const StageType& type, const Values& values = {}, const Keys& keys = {});

  /// Adds the pipeline and runs until nothing moves.
  Rig& start();
  Rig& submit(const std::string& input);
  /// A second pipeline beside the first, with the same observer. After start().
  Pipeline& start_beside(PlanOfStages& other);
  Rig& pause();
  Rig& resume();
  Rig& drain();
  Rig& stop();
  bool cancel(std::uint64_t job_number);
  StageCounts counts(std::size_t stage_index) const;
  std::size_t n_jobs_in_flight() const;
  std::int64_t n_bytes() { return engine.budget().account.bytes.load(); }
  std::uint64_t n_overdrafts() const;
  /// Time passes, and with it everything that can happen.
  Rig& pass(std::chrono::nanoseconds time);
  /// Loop and workers in turn until both are idle; time stands still.
  Rig& run_until_idle();
  /// The whole run: start, end of intake, until the pipeline has finished or is stuck.
  Rig& run();

  /// Texts of the items that left, by the job's input.
  std::vector<std::string> outputs(const std::string& input) const;

  // Observer
  void pipeline_prepared(Pipeline& prepared, const std::vector<Failure>& failures) override;
  void job_settled(Pipeline&, const JobReport& report) override;
  void item_left(Pipeline&, const Item& item) override;
  void source_failed(Pipeline&, const Failure& failure) override { source_failure = failure; }
  void pipeline_finished(Pipeline& finished, const std::vector<JobRequest>& rest) override;

  RoleScope role{ThreadRole::loop};  // first, so that the engine is destroyed on the loop, too
  LineLogger log;
  ManualLoop loop;
  ManualExecutor executor;
  Engine engine;
  Pipeline* pipeline = nullptr;
  bool has_segments = true;  ///< set before start()

  std::vector<Failure> start_failures;
  std::map<std::string, JobState> settled;
  std::vector<std::string> settled_order;
  std::map<std::string, std::string> messages;
  std::map<std::string, std::string> blamed;  ///< stages
  std::map<std::string, std::uint64_t> dropped;
  std::map<std::string, std::vector<std::string>> left;
  std::map<std::string, std::vector<std::uint64_t>> indexes;
  std::vector<std::string> all_left;
  std::optional<Failure> source_failure;
  std::uint64_t n_dropped = 0;
  std::size_t n_unstarted = 0;
  std::vector<std::string> unstarted;
  bool has_finished = false;
};

}  // namespace capstan::engine
