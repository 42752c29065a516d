// Items that belong to several jobs, and the stages that cannot take them.
#pragma once

#include <cstddef>
#include <vector>

#include "graph/draft.hpp"

namespace capstan::graph {

/// Reports stages of job scope behind one that sees all jobs at once, unless what that gives was
/// separated in between. `order` is topological.
void check_mixed(const std::vector<Draft>& drafts, const std::vector<std::size_t>& order,
                 config::Faults& faults);

}  // namespace capstan::graph
