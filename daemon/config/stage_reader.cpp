#include "config/stage_reader.hpp"

#include "config/engine_keys.hpp"
#include "config/values.hpp"

namespace capstan::config {

namespace {

// As many as there can be stages: what compares all with all stays short.
constexpr std::size_t kMaxInputs = 200;

// A stage id, or that of a path, or a list of them.
void read_from(const Entry& entry, StageConfig& stage, Faults& faults) {
  const std::string expected = "expected the id of a stage or a list of ids";
  const TreeNode& node = *entry.value;
  stage.from.emplace();
  const auto add = [&](const TreeNode& name) {
    if (name.kind == TreeNode::Kind::scalar && !name.is_broken) {
      stage.from->push_back({name.text, name.mark});
    } else {
      report_unexpected(entry.key, name, expected, faults);
      stage.is_from_broken = true;
    }
  };
  if (node.kind != TreeNode::Kind::list) return add(node);
  if (node.list.empty()) {
    faults.error(node.mark, "'from' is an empty list: " + expected);
    stage.is_from_broken = true;
  }
  if (node.list.size() > kMaxInputs) {
    faults.error(node.mark, "'from' has " + std::to_string(node.list.size()) +
                                " entries: expected at most " + std::to_string(kMaxInputs));
    stage.is_from_broken = true;
    return;
  }
  for (const TreePtr& name : node.list) add(*name);
}

}  // namespace

StageConfig read_stage(const TreeNode& node, Faults& faults) {
  StageConfig stage;
  stage.mark = node.mark;
  bool has_use = false;
  std::vector<Key> keys = {
      {"use",
       [&](const Entry& entry) {
         has_use = true;
         stage.use = read_text(entry, "expected the name of a stage type", faults).value_or(Text());
         if (entry.value->kind == TreeNode::Kind::scalar && !entry.value->is_broken &&
             stage.use.value.empty()) {
           report_unexpected(entry.key, *entry.value, "expected the name of a stage type", faults);
         }
       }},
      {"with",
       [&](const Entry& entry) {
         stage.with_mark = entry.key.mark;
         stage.with = read_options(entry, faults);
       }},
      {"id",
       [&](const Entry& entry) {
         const auto id = read_text(entry, "expected a name for the stage", faults);
         if (id && check_id(*id, faults)) stage.id = *id;
       }},
      {"from", [&](const Entry& entry) { read_from(entry, stage, faults); }}};
  for (Key& key : engine_keys(stage, faults)) keys.push_back(std::move(key));
  if (read_map(node, "a stage", keys, faults) && !has_use) {
    faults.error(node.mark, "a stage lacks 'use': expected the name of a stage type");
  }
  if (stage.id.value.empty()) stage.id = stage.use;
  return stage;
}

}  // namespace capstan::config
