// The order of the stages, and the loops that stand in its way.
#pragma once

#include <cstddef>
#include <vector>

#include "graph/draft.hpp"

namespace capstan::graph {

/// The drafts' indices, every stage after its inputs and otherwise in the order of the file.
/// Reports each loop; the stages of a loop are left out.
std::vector<std::size_t> sort_topologically(const std::vector<Draft>& drafts,
                                            config::Faults& faults);

}  // namespace capstan::graph
