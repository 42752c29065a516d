#include "graph/build.hpp"

#include <algorithm>
#include <map>

#include "config/nearest.hpp"
#include "graph/edges.hpp"
#include "graph/engine_keys.hpp"
#include "graph/mixed.hpp"
#include "graph/order.hpp"
#include "graph/resolve.hpp"
#include "graph/segments.hpp"

namespace capstan::graph {

namespace {

using config::quote;
using config::StageConfig;

// Where not, config has reported why.
bool is_resolved(const Draft& draft) {
  return draft.type && draft.scope != Scope::invalid && !draft.has_unknown_paths;
}

// Turns one pipeline into a plan. Home: one call of build.
class Builder {
 public:
  Builder(const config::PipelineConfig& pipeline, const Catalog& catalog, unsigned n_workers,
          config::Faults& faults)
      : pipeline_(pipeline), catalog_(catalog), n_workers_(n_workers), faults_(faults) {}

  std::optional<Pipeline> build() {
    const std::size_t n_errors_before = faults_.n_errors();
    for (const StageConfig& stage : pipeline_.stages) {
      Draft& draft = drafts_.emplace_back();
      draft.config = &stage;
      draft.type = find_type(stage);
      resolve(draft, faults_);
    }
    if (drafts_.empty()) return std::nullopt;  // reported by config
    check_ids();
    check_sources();
    for (const Draft& draft : drafts_) check_engine_keys(draft, faults_);
    connect(drafts_, faults_);
    check_edges(drafts_, faults_);
    const std::vector<std::size_t> order = sort_topologically(drafts_, faults_);
    check_mixed(drafts_, order, faults_);
    const bool is_whole = std::all_of(drafts_.begin(), drafts_.end(), is_resolved);
    if (!is_whole || faults_.n_errors() > n_errors_before) return std::nullopt;
    return assemble(order);
  }

 private:
  const StageType* find_type(const StageConfig& stage);
  void check_ids();
  void check_sources();
  void check_intake(const Draft& first);
  Pipeline assemble(const std::vector<std::size_t>& order);

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
    if (draft.type && id.value.find('.') != std::string::npos) {
      faults_.error(id.mark, quote(id.value) +
                                 " has a dot in it, behind which 'from' names a path: "
                                 "give the stage a name of its own with 'id'");
    }
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
    if (!draft.is_source()) continue;
    const std::string id = quote(draft.config->id.value);
    if (draft.config->from) {
      const config::Mark& mark =
          draft.config->from->empty() ? draft.config->mark : draft.config->from->front().mark;
      faults_.error(mark, id + " is a source, which takes nothing: leave 'from' out");
    }
    if (i == 0) continue;
    const bool is_second = drafts_.front().is_source();
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

Pipeline Builder::assemble(const std::vector<std::size_t>& order) {
  std::vector<std::size_t> place(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = i;
  Pipeline pipeline;
  pipeline.name = pipeline_.name.value;
  pipeline.limit = make_limit(pipeline_.limit);
  pipeline.weight = pipeline_.weight;
  for (const std::size_t i : order) {
    Stage stage = make_stage(drafts_[i], n_workers_);
    for (const DraftInput& input : drafts_[i].inputs) {
      stage.inputs.push_back({place[input.stage], input.path});
      pipeline.stages[place[input.stage]].outputs.push_back(pipeline.stages.size());
    }
    pipeline.stages.push_back(std::move(stage));
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
