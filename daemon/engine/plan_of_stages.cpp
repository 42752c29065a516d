#include "engine/plan_of_stages.hpp"

namespace capstan::engine {

void PlanOfStages::add(const StageType& type, const Values& values, const Keys& keys) {
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

}  // namespace capstan::engine
