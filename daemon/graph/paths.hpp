// Stages that send each output down one of several paths, and who takes them.
#pragma once

#include <vector>

#include "graph/draft.hpp"

namespace capstan::graph {

/// Finds the path that an input names. False when the stage before has no such path, which is
/// reported; where its paths are not known the name is taken as it is.
bool find_path(const Draft& giver, DraftInput& input, config::Faults& faults);

/// Reports each path that no stage takes.
void check_paths_taken(const std::vector<Draft>& drafts, config::Faults& faults);

}  // namespace capstan::graph
