// The engine's keys of a stage: where they can have an effect, and what holds without them.
#pragma once

#include "graph/draft.hpp"

namespace capstan::graph {

/// Keys that can have no effect on such a stage are faults: whoever wrote them expects one.
void check_engine_keys(const Draft& draft, config::Faults& faults);

/// The part of the plan of a stage that is resolved, without its edges. Takes the draft's options
/// and paths.
Stage make_stage(Draft& draft, unsigned n_workers);

/// A limit as the plan has it.
FailureLimit make_limit(const config::LimitConfig& limit);

}  // namespace capstan::graph
