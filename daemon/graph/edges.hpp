// How the stages of a pipeline hang together: inputs by name, payloads.
#pragma once

#include <vector>

#include "graph/draft.hpp"

namespace capstan::graph {

/// Finds each stage's inputs: `from`, or the stage above. Ids are unique, paths are resolved.
void connect(std::vector<Draft>& drafts, config::Faults& faults);

/// Reports stages that take what nobody gives them, and what is given and nobody takes.
void check_edges(const std::vector<Draft>& drafts, config::Faults& faults);

}  // namespace capstan::graph
