// The engine's own keys, which stand beside `use` and `with`.
#pragma once

#include <vector>

#include "config/values.hpp"

namespace capstan::config {

/// Keys of any stage, whether or not they mean something for its type. They write to `stage` and
/// `faults`, which outlive them.
std::vector<Key> engine_keys(StageConfig& stage, Faults& faults);

/// `max_failures` and `max_failure_rate`, of a pipeline or a stage; as above.
std::vector<Key> limit_keys(LimitConfig& limit, Faults& faults);

}  // namespace capstan::config
