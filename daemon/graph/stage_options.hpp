// Checks one stage's `with` against its type's option table.
#pragma once

#include "config/config.hpp"
#include "graph/graph.hpp"

namespace capstan::graph {

/// The stage's options; empty where faults were reported.
Options read_stage_options(const config::StageConfig& stage, const StageType& type,
                           config::Faults& faults);

}  // namespace capstan::graph
