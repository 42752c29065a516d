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

}  // namespace capstan::graph
