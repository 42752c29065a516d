#include "graph/mixed.hpp"

namespace capstan::graph {

using config::quote;

void check_mixed(const std::vector<Draft>& drafts, const std::vector<std::size_t>& order,
                 config::Faults& faults) {
  // The stage that mixed what each draft gives; null: each item is of one job.
  std::vector<const Draft*> mixed_by(drafts.size(), nullptr);
  for (const std::size_t i : order) {
    const Draft& draft = drafts[i];
    if (!draft.type) continue;
    const DraftInput* mixed_input = nullptr;
    for (const DraftInput& input : draft.inputs) {
      if (!mixed_input && mixed_by[input.stage]) mixed_input = &input;
    }
    if (mixed_input && draft.scope == Scope::job) {
      const std::string& mixer = mixed_by[mixed_input->stage]->id();
      faults.error(mixed_input->mark,
                   quote(draft.id()) + " works job by job, but an item behind " + quote(mixer) +
                       " may belong to several jobs: put a stage between that separates them, as "
                       "'unbatch' does");
      continue;  // what stands behind it is not told the same
    }
    if (draft.type->separates_jobs) continue;
    if (draft.scope == Scope::pipeline && !draft.is_source()) {
      mixed_by[i] = &draft;
    } else if (mixed_input) {
      mixed_by[i] = mixed_by[mixed_input->stage];
    }
  }
}

}  // namespace capstan::graph
