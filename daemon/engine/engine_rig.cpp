#include "engine/engine_rig.hpp"

#include <algorithm>

#include "graph/segments.hpp"

namespace capstan::engine {

bool ManualExecutor::run_one() {
  if (queued_.empty()) return false;
  if (is_random_) return run_at(random_() % queued_.size());
  const auto first = std::max_element(queued_.begin(), queued_.end(),
                                      [](auto* a, auto* b) { return a->rank < b->rank; });
  return run_at(static_cast<std::size_t>(first - queued_.begin()));
}

bool ManualExecutor::run_at(std::size_t place) {
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

Rig& Rig::stage(const StageType& type, const Values& values, const Keys& keys) {
  add(type, values, keys);
  return *this;
}

Rig& Rig::start() {
  loop_home.check();
  plan.name = "p";
  if (has_segments) graph::mark_segments(plan);
  pipeline = &engine.add(plan, *this);
  pipeline->prepare();
  return run_until_idle();
}

Rig& Rig::submit(const std::string& input) {
  loop_home.check();
  pipeline->submit({input, input});
  return *this;
}

Rig& Rig::pause() {
  loop_home.check();
  pipeline->pause();
  return *this;
}

Rig& Rig::resume() {
  loop_home.check();
  pipeline->resume();
  return *this;
}

Rig& Rig::drain() {
  loop_home.check();
  pipeline->drain();
  return *this;
}

Rig& Rig::stop() {
  loop_home.check();
  pipeline->stop();
  return *this;
}

Rig& Rig::pass(std::chrono::nanoseconds time) {
  loop.advance(time);
  return run_until_idle();
}

Rig& Rig::run_until_idle() {
  do {
    loop.run_until_idle();
  } while (executor.run_one());
  loop.run_until_idle();
  return *this;
}

Rig& Rig::run() {
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

Pipeline& Rig::start_beside(PlanOfStages& other) {
  loop_home.check();
  other.plan.name = "other";
  Pipeline& beside = engine.add(other.plan, *this);
  beside.prepare();
  run_until_idle();
  return beside;
}

bool Rig::cancel(std::uint64_t job_number) {
  loop_home.check();
  return pipeline->cancel(job_number);
}

StageCounts Rig::counts(std::size_t stage_index) const {
  loop_home.check();
  return pipeline->counts().at(stage_index);
}

std::size_t Rig::n_jobs_in_flight() const {
  loop_home.check();
  return pipeline->n_jobs_in_flight();
}

std::uint64_t Rig::n_overdrafts() const {
  loop_home.check();
  return engine.n_overdrafts();
}

std::vector<std::string> Rig::outputs(const std::string& input) const {
  const auto found = left.find(input);
  return found == left.end() ? std::vector<std::string>() : found->second;
}

void Rig::pipeline_prepared(Pipeline& prepared, const std::vector<Failure>& failures) {
  loop_home.check();
  start_failures = failures;
  failures.empty() ? prepared.run() : prepared.drain();
}

void Rig::job_settled(Pipeline&, const JobReport& report) {
  settled[report.info.input] = report.state;
  settled_order.push_back(report.info.input);
  if (report.failure) {
    messages[report.info.input] = report.failure->message;
    blamed[report.info.input] = report.failure->stage;
  }
  dropped[report.info.input] = report.n_dropped;
  n_dropped += report.n_dropped;
}

void Rig::item_left(Pipeline&, const Item& item) {
  const auto* reference = item.get_if<Reference>();
  const std::string text = reference ? reference->location() : item.payload()->type();
  left[item.job().input].push_back(text);
  indexes[item.job().input].push_back(item.index());
  all_left.push_back(text);
}

void Rig::pipeline_finished(Pipeline& finished, const std::vector<JobRequest>& rest) {
  if (&finished != pipeline) return;
  has_finished = true;
  n_unstarted = rest.size();
  for (const JobRequest& request : rest) unstarted.push_back(request.input);
}

Rig::Rig(unsigned seed, std::size_t memory) : executor(seed), engine(loop, executor, log, memory) {
  loop.advance(std::chrono::hours(1));  // a clock that says 0 has a meaning of its own
}

Rig::~Rig() = default;

}  // namespace capstan::engine
