// How the stages of a pipeline hang together: inputs by name, loops, payloads.
#pragma once

#include <cstddef>
#include <vector>

#include "config/config.hpp"
#include "graph/graph.hpp"

namespace capstan::graph {

/// A stage of the file while it is checked. `type` is null when it is not known, which was
/// reported; nothing is then said about its edges.
struct Draft {
  const config::StageConfig* config = nullptr;
  const StageType* type = nullptr;
  std::vector<std::size_t> inputs;  ///< by index of the draft, sorted
  bool is_incomplete = false;       ///< some inputs are not known, which was reported
};

/// Finds each stage's inputs: `from`, or the stage above. Ids are unique.
void connect(std::vector<Draft>& drafts, config::Faults& faults);

/// Reports stages that take what nobody gives them.
void check_payloads(const std::vector<Draft>& drafts, config::Faults& faults);

/// The drafts' indices, every stage after its inputs and otherwise in the order of the file.
/// Reports each loop; the stages of a loop are left out.
std::vector<std::size_t> sort_topologically(const std::vector<Draft>& drafts,
                                            config::Faults& faults);

}  // namespace capstan::graph
