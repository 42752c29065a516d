#include "state_lines.hpp"

#include "engine/engine.hpp"

namespace capstan {

namespace {

std::string field(const char* key, std::uint64_t value) {
  return std::string(" ") + key + "=" + std::to_string(value);
}

/// "decode+encode, write": stages that run back to back on one worker are joined by a plus sign.
std::string segments(const graph::Pipeline& plan) {
  std::string text;
  std::vector<bool> is_told(plan.stages.size(), false);
  for (std::size_t i = 0; i < plan.stages.size(); ++i) {
    if (is_told[i]) continue;
    if (!text.empty()) text += ", ";
    text += plan.stages[i].id;
    // A stage is joined to one before it at most, which then has no other behind it.
    for (std::size_t at = i; plan.stages[at].outputs.size() == 1;) {
      at = plan.stages[at].outputs.front();
      if (!plan.stages[at].follows_on) break;
      is_told[at] = true;
      text += "+" + plan.stages[at].id;
    }
  }
  return text;
}

std::string stage_line(const engine::StageCounts& stage) {
  return field("in", stage.n_in) + field("out", stage.n_out) + field("failed", stage.n_failed) +
         field("dropped", stage.n_dropped) + field("retried", stage.n_retried) +
         field("inside", stage.n_inside) + field("queued", stage.n_queued) +
         field("passed_on", stage.n_passed_on);
}

void add_pipeline(const engine::Pipeline& pipeline, std::vector<std::string>& lines) {
  loop_home.check();
  const char* state = pipeline.has_finished()  ? "finished"
                      : pipeline.is_draining() ? "draining"
                      : pipeline.is_paused()   ? "paused"
                                               : "running";
  lines.push_back("state: pipeline " + pipeline.name() + ": " + state +
                  field("jobs", pipeline.n_jobs_in_flight()) +
                  field("waiting", pipeline.n_jobs_waiting()));
  lines.push_back("state: pipeline " + pipeline.name() +
                  ": segments: " + segments(pipeline.plan()));
  for (const engine::StageCounts& stage : pipeline.counts()) {
    lines.push_back("state: stage " + pipeline.name() + "/" + stage.plan->id + ":" +
                    stage_line(stage));
  }
}

}  // namespace

std::vector<std::string> state_lines(engine::Engine& engine,
                                     const std::vector<engine::Pipeline*>& pipelines) {
  const auto used = engine.budget().account.bytes.load(std::memory_order_relaxed);
  std::vector<std::string> lines = {
      "state: memory:" +
      field("used", static_cast<std::uint64_t>(std::max<std::int64_t>(used, 0))) +
      field("budget", engine.budget().limit()) + field("overdrafts", engine.n_overdrafts())};
  for (const engine::Pipeline* pipeline : pipelines) add_pipeline(*pipeline, lines);
  return lines;
}

}  // namespace capstan
