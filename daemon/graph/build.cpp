#include "graph/build.hpp"

#include <algorithm>
#include <map>

#include "config/nearest.hpp"
#include "graph/edges.hpp"
#include "graph/segments.hpp"
#include "graph/stage_options.hpp"

namespace capstan::graph {

namespace {

using config::quote;
using config::StageConfig;

constexpr unsigned kDefaultAsyncConcurrency = 16;
constexpr std::size_t kMostQueueItems = 16;
constexpr std::size_t kDefaultQueueBytes = std::size_t{64} << 20U;

// Turns one pipeline into a plan. Home: one call of build.
class Builder {
 public:
  Builder(const config::PipelineConfig& pipeline, const Catalog& catalog, unsigned n_workers,
          config::Faults& faults)
      : pipeline_(pipeline), catalog_(catalog), n_workers_(n_workers), faults_(faults) {}

  std::optional<Pipeline> build() {
    const std::size_t n_errors_before = faults_.n_errors();
    for (const StageConfig& stage : pipeline_.stages) {
      drafts_.push_back({&stage, find_type(stage), {}, false});
    }
    if (drafts_.empty()) return std::nullopt;  // reported by config
    check_ids();
    check_sources();
    connect(drafts_, faults_);
    check_payloads(drafts_, faults_);
    const std::vector<std::size_t> order = sort_topologically(drafts_, faults_);
    std::vector<Stage> stages;
    for (const Draft& draft : drafts_) stages.push_back(make_stage(draft));
    if (faults_.n_errors() > n_errors_before) return std::nullopt;
    return assemble(std::move(stages), order);
  }

 private:
  const StageType* find_type(const StageConfig& stage);
  void check_ids();
  void check_sources();
  void check_intake(const Draft& first);
  Stage make_stage(const Draft& draft);
  void check_engine_keys(const Draft& draft);
  template <class T>
  void refuse_of_source(const std::optional<config::Value<T>>& key, const std::string& id,
                        const char* name) {
    if (!key) return;
    faults_.error(key->mark,
                  id + " is a source, which has no items of its own: leave '" + name + "' out");
  }
  unsigned choose_concurrency(const Draft& draft) const;
  Pipeline assemble(std::vector<Stage> stages, const std::vector<std::size_t>& order) const;

  const config::PipelineConfig& pipeline_;
  const Catalog& catalog_;
  unsigned n_workers_;
  config::Faults& faults_;
  std::vector<Draft> drafts_;
};

const StageType* Builder::find_type(const StageConfig& stage) {
  if (stage.use.value.empty()) return nullptr;  // reported by config
  const StageType* type = catalog_.find(stage.use.value);
  if (type) return type;
  std::vector<std::string> names;
  for (const CatalogEntry& entry : catalog_.entries()) names.emplace_back(entry.type->name);
  std::sort(names.begin(), names.end());
  faults_.error(stage.use.mark, "unknown stage type " + quote(stage.use.value) +
                                    (names.empty() ? ": no plugin was loaded, is plugin_path right?"
                                                   : config::suggest(stage.use.value, names)));
  return nullptr;
}

void Builder::check_ids() {
  std::map<std::string, config::Mark> ids;
  for (const Draft& draft : drafts_) {
    const config::Text& id = draft.config->id;
    if (id.value.empty()) continue;
    const auto [first, is_new] = ids.emplace(id.value, id.mark);
    if (is_new) continue;
    faults_.error(id.mark, "two stages are called " + quote(id.value) + ": first in line " +
                               std::to_string(first->second.line) +
                               "; give this one an id of its own, as in 'id: " + id.value + "2'");
  }
}

void Builder::check_sources() {
  for (std::size_t i = 0; i < drafts_.size(); ++i) {
    const Draft& draft = drafts_[i];
    if (!draft.type || !draft.type->is_source()) continue;
    const std::string id = quote(draft.config->id.value);
    if (draft.config->from) {
      const config::Mark& mark =
          draft.config->from->empty() ? draft.config->mark : draft.config->from->front().mark;
      faults_.error(mark, id + " is a source, which takes nothing: leave 'from' out");
    }
    if (i == 0) continue;
    const bool is_second = drafts_.front().type && drafts_.front().type->is_source();
    faults_.error(draft.config->use.mark,
                  is_second ? id + " is a second source: expected one source a pipeline, " +
                                  quote(drafts_.front().config->id.value) + " is the first"
                            : id + " is a source: expected as the first stage");
  }
  check_intake(drafts_.front());
}

// A pipeline without a source lives on what is submitted to it.
void Builder::check_intake(const Draft& first) {
  if (!first.type || first.type->is_source() || first.config->from) return;
  const std::string accepts = std::string("|") + first.type->accepts + "|";
  for (const char* submitted : {"|reference|", "|bytes|", "|*|"}) {
    if (accepts.find(submitted) != std::string::npos) return;
  }
  faults_.error(first.config->use.mark,
                quote(first.config->id.value) + " takes " + first.type->accepts +
                    ", but nothing comes before it: expected a source as the first stage");
}

unsigned Builder::choose_concurrency(const Draft& draft) const {
  if (draft.config->concurrency) return draft.config->concurrency->value;
  if (draft.type->scope == Scope::pipeline || draft.type->is_source()) return 1;
  return draft.type->execution == Execution::sync ? n_workers_ : kDefaultAsyncConcurrency;
}

// Keys that can have no effect on such a stage are faults: whoever wrote them expects one.
void Builder::check_engine_keys(const Draft& draft) {
  const StageConfig& stage = *draft.config;
  const std::string id = quote(stage.id.value);
  if (draft.type->is_source()) {
    if (stage.concurrency && stage.concurrency->value != 1) {
      faults_.error(stage.concurrency->mark, id + " is a source, which runs once: expected no "
                                                  "'concurrency' above 1");
    }
    for (const auto& queue : {stage.queue_items, stage.queue_bytes}) {
      if (queue) {
        faults_.error(queue->mark, id + " is a source, which takes nothing: leave 'queue' out");
      }
    }
    refuse_of_source(stage.order, id, "order");
    refuse_of_source(stage.on_error, id, "on_error");
    refuse_of_source(stage.timeout, id, "timeout");
  }
  const bool is_serial = draft.type->scope == Scope::pipeline && !draft.type->is_source();
  if (is_serial && stage.concurrency && stage.concurrency->value != 1) {
    faults_.error(stage.concurrency->mark,
                  id + " sees every item of the pipeline one after the other: expected no "
                       "'concurrency' above 1");
  }
  if (stage.retry && stage.retry->value.n_retries > 0 &&
      (draft.type->is_source() || draft.type->scope != Scope::item)) {
    faults_.error(stage.retry->mark, id + " keeps state between its items, so that one alone "
                                          "cannot be tried again: leave 'retry' out");
  }
}

Stage Builder::make_stage(const Draft& draft) {
  Stage stage;
  if (!draft.type) return stage;
  const StageConfig& config = *draft.config;
  check_engine_keys(draft);
  stage.id = config.id.value;
  stage.type = draft.type;
  stage.options = read_stage_options(config, *draft.type, faults_);
  stage.scope = draft.type->scope_of ? draft.type->scope_of(stage.options) : draft.type->scope;
  stage.concurrency = choose_concurrency(draft);
  // One item on its way for each that is worked on; more would only hide a slow stage.
  stage.queue_items =
      std::clamp<std::size_t>(2 * std::size_t{stage.concurrency}, 2, kMostQueueItems);
  if (config.queue_items) stage.queue_items = config.queue_items->value;
  stage.queue_bytes = config.queue_bytes ? config.queue_bytes->value : kDefaultQueueBytes;
  if (config.order) stage.order = config.order->value;
  if (config.on_error) stage.on_error = config.on_error->value;
  if (config.retry) stage.retry = config.retry->value;
  if (config.timeout) stage.timeout = config.timeout->value;
  return stage;
}

Pipeline Builder::assemble(std::vector<Stage> stages, const std::vector<std::size_t>& order) const {
  std::vector<std::size_t> place(stages.size());
  for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = i;
  Pipeline pipeline;
  pipeline.name = pipeline_.name.value;
  if (pipeline_.limit.max_failures)
    pipeline.limit.max_failures = pipeline_.limit.max_failures->value;
  for (const std::size_t draft : order) {
    for (const std::size_t input : drafts_[draft].inputs) {
      stages[draft].inputs.push_back({place[input], std::nullopt});
      pipeline.stages[place[input]].outputs.push_back(pipeline.stages.size());
    }
    pipeline.stages.push_back(std::move(stages[draft]));
  }
  mark_segments(pipeline);
  return pipeline;
}

}  // namespace

std::optional<Pipeline> build(const config::PipelineConfig& pipeline, const Catalog& catalog,
                              unsigned n_workers, config::Faults& faults) {
  return Builder(pipeline, catalog, n_workers, faults).build();
}

std::vector<Pipeline> build_all(const config::Config& configuration, const Catalog& catalog,
                                config::Faults& faults) {
  std::vector<Pipeline> pipelines;
  const unsigned n_workers = config::count_workers(configuration.daemon);
  for (const config::PipelineConfig& pipeline : configuration.pipelines) {
    auto plan = build(pipeline, catalog, n_workers, faults);
    if (plan) pipelines.push_back(std::move(*plan));
  }
  return pipelines;
}

bool set_inputs(config::PipelineConfig& pipeline, const Catalog& catalog,
                const std::vector<std::string>& inputs) {
  if (pipeline.stages.empty()) return false;
  config::StageConfig& stage = pipeline.stages.front();
  const StageType* type = catalog.find(stage.use.value);
  if (!type || !type->is_source()) return false;
  for (std::size_t i = 0; i < type->n_options; ++i) {
    const std::string name = type->options[i].name;
    if (!type->options[i].takes_inputs) continue;
    const config::Mark mark{"command line", 0, 0};
    config::OptionConfig option{{name, mark}, {}, true, false};
    for (const std::string& input : inputs) option.values.push_back({input, mark});
    auto& with = stage.with;
    with.erase(std::remove_if(with.begin(), with.end(),
                              [&](const auto& given) { return given.name.value == name; }),
               with.end());
    with.push_back(std::move(option));
    return true;
  }
  return false;
}

}  // namespace capstan::graph
