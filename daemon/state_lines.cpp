#include "state_lines.hpp"

#include "engine/engine.hpp"
#include "graph/segments.hpp"

namespace capstan {

namespace {

std::string field(const char* key, std::uint64_t value) {
  return std::string(" ") + key + "=" + std::to_string(value);
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
                  ": segments: " + graph::describe_segments(pipeline.plan()));
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
