// `capstan inspect CONFIG`: the pipelines of a configuration as the engine will run them.
#pragma once

#include <ostream>
#include <vector>

#include "graph/graph.hpp"

namespace capstan::cli {

/// A table of stages for each pipeline, every default filled in, and which of them run back to
/// back on one worker.
void print_plans(const std::vector<graph::Pipeline>& pipelines, std::ostream& out);

}  // namespace capstan::cli
