// From what the operator wrote to a plan that can run, or to everything that stands in its way.
#pragma once

#include <optional>
#include <vector>

#include "config/config.hpp"
#include "graph/catalog.hpp"
#include "graph/graph.hpp"

namespace capstan::graph {

/// Checks a pipeline against the stage types that exist. Gives nothing when an error was reported,
/// here or by config of a stage; warnings alone do not stop it. `n_workers` sets the default
/// concurrency of sync stages.
std::optional<Pipeline> build(const config::PipelineConfig& pipeline, const Catalog& catalog,
                              unsigned n_workers, config::Faults& faults);

/// Every pipeline of a configuration that has no error of its own. Nothing may be started while
/// faults.has_errors().
std::vector<Pipeline> build_all(const config::Config& configuration, const Catalog& catalog,
                                config::Faults& faults);

/// Puts `inputs` (of `capstan run CONFIG INPUT...`) into the source's option that takes them, in
/// place of what the file gives. False when the pipeline has no source with such an option.
bool set_inputs(config::PipelineConfig& pipeline, const Catalog& catalog,
                const std::vector<std::string>& inputs);

}  // namespace capstan::graph
