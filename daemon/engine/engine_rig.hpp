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

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <capstan/sdk/harness.hpp>
#include <capstan/sdk/plugin.hpp>

#include "engine/engine.hpp"
#include "engine/pipeline.hpp"
#include "graph/segments.hpp"

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
  bool run_one() {
    if (queued_.empty()) return false;
    if (is_random_) return run_at(random_() % queued_.size());
    const auto first = std::max_element(queued_.begin(), queued_.end(),
                                        [](auto* a, auto* b) { return a->rank < b->rank; });
    return run_at(static_cast<std::size_t>(first - queued_.begin()));
  }
  /// Runs one task, and what follows it on the same worker, by its place in the queue.
  bool run_at(std::size_t place) {
    WorkerTask* task = queued_.at(place);
    queued_.erase(queued_.begin() + static_cast<std::ptrdiff_t>(place));
    ++n_hops;
    const RoleScope role(ThreadRole::worker);
    while (task) {
      task->mark_started(loop_->now());
      WorkerTask* following = task->run();
      task->took = step_takes;
      finished_.push_back(task);
      loop_->post(*target_);
      task = following;
    }
    return true;
  }
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

/// Engine keys of a stage in a test.
struct Keys {
  unsigned concurrency = 1;
  std::size_t queue_items = 2;
  std::size_t queue_bytes = 1 << 20;
  graph::Order order = graph::Order::job;
  graph::OnError on_error = graph::OnError::fail;
  graph::Retry retry = {};
  std::chrono::nanoseconds timeout{0};
  std::vector<std::size_t> inputs = {};    ///< default: the stage before
  std::optional<std::uint32_t> path = {};  ///< of the stage before, the one that is taken
  graph::FailureLimit limit = {};
  graph::OnFull on_full = graph::OnFull::block;
  graph::Epoch epoch = {};
};

/// Writes a plan down, stage by stage.
class PlanOfStages {
 public:
  using Values = std::vector<std::pair<std::string, std::string>>;

  void add(const StageType& type, const Values& values, const Keys& keys) {
    graph::Stage stage;
    stage.scope = type.scope;
    stage.id = std::string(type.name) + std::to_string(plan.stages.size());
    stage.type = &type;
    stage.options = Options(type.options, type.n_options);
    for (const auto& [name, value] : values) stage.options.set(name, {value});
    stage.concurrency = keys.concurrency;
    stage.queue_items = keys.queue_items;
    stage.queue_bytes = keys.queue_bytes;
    stage.order = keys.order;
    stage.on_error = keys.on_error;
    stage.retry = keys.retry;
    stage.timeout = keys.timeout;
    stage.limit = keys.limit;
    stage.on_full = keys.on_full;
    stage.epoch = keys.epoch;
    if (type.paths) stage.paths = type.paths(stage.options);
    std::vector<std::size_t> inputs = keys.inputs;
    if (inputs.empty() && !plan.stages.empty()) inputs = {plan.stages.size() - 1};
    for (const std::size_t input : inputs) {
      stage.inputs.push_back({input, keys.path});
      plan.stages[input].outputs.push_back(plan.stages.size());
    }
    plan.stages.push_back(std::move(stage));
  }

  graph::Pipeline plan;
};

class Rig final : public PlanOfStages, public Observer {
 public:
  explicit Rig(unsigned seed = 0, std::size_t memory = SIZE_MAX / 4)
      : executor(seed), engine(loop, executor, log, memory) {
    loop.advance(std::chrono::hours(1));  // a clock that says 0 has a meaning of its own
  }

  Rig& stage(const StageType& type, const Values& values = {}, const Keys& keys = {}) {
    add(type, values, keys);
    return *this;
  }

  /// Adds the pipeline and runs until nothing moves.
  Rig& start() {
    loop_home.check();
    plan.name = "p";
    if (has_segments) graph::mark_segments(plan);
    pipeline = &engine.add(plan, *this);
    pipeline->prepare();
    return run_until_idle();
  }
  Rig& submit(const std::string& input) {
    loop_home.check();
    pipeline->submit({input, input});
    return *this;
  }
  /// A second pipeline beside the first, with the same observer. After start().
  Pipeline& start_beside(PlanOfStages& other) {
    loop_home.check();
    other.plan.name = "other";
    Pipeline& beside = engine.add(other.plan, *this);
    beside.prepare();
    run_until_idle();
    return beside;
  }
  Rig& pause() {
    loop_home.check();
    pipeline->pause();
    return *this;
  }
  Rig& resume() {
    loop_home.check();
    pipeline->resume();
    return *this;
  }
  Rig& drain() {
    loop_home.check();
    pipeline->drain();
    return *this;
  }
  Rig& stop() {
    loop_home.check();
    pipeline->stop();
    return *this;
  }
  bool cancel(std::uint64_t job_number) {
    loop_home.check();
    return pipeline->cancel(job_number);
  }
  StageCounts counts(std::size_t stage_index) const {
    loop_home.check();
    return pipeline->counts().at(stage_index);
  }
  std::size_t n_jobs_in_flight() const {
    loop_home.check();
    return pipeline->n_jobs_in_flight();
  }
  std::int64_t n_bytes() { return engine.budget().account.bytes.load(); }
  std::uint64_t n_overdrafts() const {
    loop_home.check();
    return engine.n_overdrafts();
  }
  /// Time passes, and with it everything that can happen.
  Rig& pass(std::chrono::nanoseconds time) {
    loop.advance(time);
    return run_until_idle();
  }
  /// Loop and workers in turn until both are idle; time stands still.
  Rig& run_until_idle() {
    do {
      loop.run_until_idle();
    } while (executor.run_one());
    loop.run_until_idle();
    return *this;
  }
  /// The whole run: start, end of intake, until the pipeline has finished or is stuck.
  Rig& run() {
    if (!pipeline) start();
    loop_home.check();
    pipeline->close_intake();
    run_until_idle();
    while (!has_finished && loop.n_watches() > 0) {
      loop.run_once();
      run_until_idle();
    }
    return *this;
  }

  /// Texts of the items that left, by the job's input.
  std::vector<std::string> outputs(const std::string& input) const {
    const auto found = left.find(input);
    return found == left.end() ? std::vector<std::string>() : found->second;
  }

  // Observer
  void pipeline_prepared(Pipeline& prepared, const std::vector<Failure>& failures) override {
    loop_home.check();
    start_failures = failures;
    failures.empty() ? prepared.run() : prepared.drain();
  }
  void job_settled(Pipeline&, const JobReport& report) override {
    settled[report.info.input] = report.state;
    settled_order.push_back(report.info.input);
    if (report.failure) {
      messages[report.info.input] = report.failure->message;
      blamed[report.info.input] = report.failure->stage;
    }
    dropped[report.info.input] = report.n_dropped;
    n_dropped += report.n_dropped;
  }
  void item_left(Pipeline&, const Item& item) override {
    const auto* reference = item.get_if<Reference>();
    const std::string text = reference ? reference->location() : item.payload()->type();
    left[item.job().input].push_back(text);
    indexes[item.job().input].push_back(item.index());
    all_left.push_back(text);
  }
  void source_failed(Pipeline&, const Failure& failure) override { source_failure = failure; }
  void pipeline_finished(Pipeline& finished, const std::vector<JobRequest>& rest) override {
    if (&finished != pipeline) return;
    has_finished = true;
    n_unstarted = rest.size();
    for (const JobRequest& request : rest) unstarted.push_back(request.input);
  }

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
