#include "config/document_reader.hpp"

#include <algorithm>

#include "config/daemon_reader.hpp"
#include "config/engine_keys.hpp"
#include "config/stage_reader.hpp"
#include "config/values.hpp"

namespace capstan::config {

namespace {

// Far above any real configuration; they keep what compares all with all from taking minutes.
constexpr std::size_t kMaxPipelines = 1000;
constexpr std::size_t kMaxStages = 200;
constexpr std::uint64_t kMaxWeight = 1000;

void read_stages(const Entry& entry, PipelineConfig& pipeline, Faults& faults) {
  const std::string expected = "expected a list of stages, each '- use: STAGE'";
  if (entry.value->kind != TreeNode::Kind::list || entry.value->list.empty()) {
    const bool is_empty = entry.value->kind == TreeNode::Kind::list;
    if (!is_empty) return report_unexpected(entry.key, *entry.value, expected, faults);
    faults.error(entry.value->mark, "'stages' is an empty list: " + expected);
    return;
  }
  if (entry.value->list.size() > kMaxStages) {
    faults.error(entry.value->mark, "'stages' has " + std::to_string(entry.value->list.size()) +
                                        " entries: expected at most " + std::to_string(kMaxStages));
    return;
  }
  for (const TreePtr& stage : entry.value->list) {
    pipeline.stages.push_back(read_stage(*stage, faults));
  }
}

void read_pipeline(const Entry& entry, Config& config, Faults& faults) {
  if (!check_name(entry.key, "a pipeline", faults)) return;
  const auto same = std::find_if(
      config.pipelines.begin(), config.pipelines.end(),
      [&](const PipelineConfig& known) { return known.name.value == entry.key.value; });
  if (same != config.pipelines.end()) {
    faults.error(entry.key.mark, "the pipeline " + quote(entry.key.value) +
                                     " is given twice: first at " + to_string(same->name.mark));
    return;
  }
  PipelineConfig pipeline;
  pipeline.name = entry.key;
  bool has_stages = false;
  std::vector<Key> keys = {{"stages",
                            [&](const Entry& stages) {
                              has_stages = true;
                              read_stages(stages, pipeline, faults);
                            }},
                           {"weight", [&](const Entry& weight) {
                              if (const auto share = read_count(weight, 1, kMaxWeight, faults)) {
                                pipeline.weight = static_cast<unsigned>(share->value);
                              }
                            }}};
  for (Key& key : limit_keys(pipeline.limit, faults)) keys.push_back(std::move(key));
  if (entry.value->kind == TreeNode::Kind::null) {
    report_unexpected(entry.key, *entry.value, "expected a map with stages", faults);
  } else if (read_map(*entry.value, "the pipeline " + quote(entry.key.value), keys, faults) &&
             !has_stages) {
    faults.error(entry.value->mark, "the pipeline " + quote(entry.key.value) +
                                        " lacks 'stages': expected a list of stages");
  }
  config.pipelines.push_back(std::move(pipeline));
}

void read_pipelines(const Entry& entry, Config& config, Faults& faults) {
  if (entry.value->kind != TreeNode::Kind::map) {
    return report_unexpected(entry.key, *entry.value,
                             "expected a map of pipelines, each 'NAME: {stages: [...]}'", faults);
  }
  if (entry.value->map.size() > kMaxPipelines) {
    faults.error(entry.value->mark, "'pipelines' has " + std::to_string(entry.value->map.size()) +
                                        " entries: expected at most " +
                                        std::to_string(kMaxPipelines));
    return;
  }
  if (entry.value->map.empty()) config.pipelines_mark = entry.value->mark;
  for (const Entry& pipeline : entry.value->map) read_pipeline(pipeline, config, faults);
}

}  // namespace

void read_document(const TreeNode& root, bool is_main, Config& config, bool& has_plugin_path,
                   Faults& faults) {
  std::vector<Key> keys = {
      {"pipelines", [&](const Entry& entry) { read_pipelines(entry, config, faults); }}};
  if (is_main) {
    keys.push_back({"daemon", [&](const Entry& entry) {
                      read_daemon(entry, config.daemon, has_plugin_path, faults);
                    }});
  } else {
    keys.push_back({"daemon", [&](const Entry& entry) {
                      faults.error(entry.key.mark,
                                   "'daemon' belongs into the main file: a file of conf.d only "
                                   "adds pipelines");
                    }});
  }
  read_map(root, "the configuration", keys, faults);
}

}  // namespace capstan::config
