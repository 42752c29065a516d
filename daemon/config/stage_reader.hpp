// Reads one entry of `stages`.
#pragma once

#include "config/config.hpp"

namespace capstan::config {

/// Always gives a stage, empty where faults were reported, so that later ones keep their place.
StageConfig read_stage(const TreeNode& node, Faults& faults);

/// Reads `with`: any map, since only the stage type knows its options.
std::vector<OptionConfig> read_options(const Entry& with, Faults& faults);

}  // namespace capstan::config
