// Segments: neighbouring sync stages whose items run back to back on one worker.
#pragma once

#include "graph/graph.hpp"

namespace capstan::graph {

/// Sets Stage::follows_on. A stage follows on when both it and the one before it are sync, neither
/// is a source or of pipeline scope, and each is the other's only neighbour on that side: then
/// nobody else can give to it, or take what it is given.
void mark_segments(Pipeline& pipeline);

/// "decode > encode; crop > write": the segments of two stages and more, or "none".
std::string describe_segments(const Pipeline& pipeline);

}  // namespace capstan::graph
