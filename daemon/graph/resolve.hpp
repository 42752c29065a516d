// What a stage type makes of the options that it was given: its scope and its paths.
#pragma once

#include "graph/draft.hpp"

namespace capstan::graph {

/// Reads the draft's options and asks its type what follows from them. Calls plugin code, which may
/// throw anything: that is a fault of the configuration, at `with`.
void resolve(Draft& draft, config::Faults& faults);

}  // namespace capstan::graph
