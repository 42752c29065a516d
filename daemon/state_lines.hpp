// What the pipelines are doing, in lines for the log.
#pragma once

#include <string>
#include <vector>

#include "engine/pipeline.hpp"

namespace capstan {

/// One fact a line: the memory, then each pipeline, its segments and its stages. On the loop.
std::vector<std::string> state_lines(
    engine::Engine& engine, const std::vector<engine::Pipeline*>& pipelines) CAPSTAN_ON_LOOP;

}  // namespace capstan
