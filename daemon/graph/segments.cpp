#include "graph/segments.hpp"

namespace capstan::graph {

namespace {

bool can_be_in_segment(const Stage& stage) {
  return stage.type->execution == Execution::sync && !stage.type->is_source() &&
         stage.scope != Scope::pipeline;
}

}  // namespace

void mark_segments(Pipeline& pipeline) {
  for (Stage& stage : pipeline.stages) {
    stage.follows_on = false;
    if (stage.inputs.size() != 1 || !can_be_in_segment(stage)) continue;
    const Stage& before = pipeline.stages[stage.inputs.front().stage];
    stage.follows_on =
        can_be_in_segment(before) && before.outputs.size() == 1 && before.paths.empty();
  }
}

std::string describe_segments(const Pipeline& pipeline) {
  std::string text;
  for (const Stage& first : pipeline.stages) {
    if (first.follows_on) continue;
    std::string chain = first.id;
    // Nothing but the stage that follows on is behind one that has such a stage.
    for (const Stage* at = &first; at->outputs.size() == 1; chain += " > " + at->id) {
      at = &pipeline.stages[at->outputs.front()];
      if (!at->follows_on) break;
    }
    if (chain.size() > first.id.size()) text += (text.empty() ? "" : "; ") + chain;
  }
  return text.empty() ? "none" : text;
}

}  // namespace capstan::graph
