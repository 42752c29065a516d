// `capstan check CONFIG`: everything that is wrong with a configuration, or that nothing is.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "graph/graph.hpp"

namespace capstan::cli {

/// Prints each fault on a line of its own, by file and line.
void print_faults(const config::Faults& faults, std::ostream& err);

/// Tells what is wrong. `plugin_faults` are the loader's lines: they are shown, but do no harm,
/// since the other plugins go on; a stage type that is missed because of them does. Returns the
/// exit code: 0, or 2 for a configuration that nothing can be started from.
int report_faults(const config::Config& configuration,
                  const std::vector<std::string>& plugin_faults, const config::Faults& faults,
                  std::ostream& err);

/// The same, and that nothing is wrong.
int report_check(const config::Config& configuration, const std::vector<graph::Pipeline>& pipelines,
                 const std::vector<std::string>& plugin_faults, const config::Faults& faults,
                 std::ostream& out, std::ostream& err);

}  // namespace capstan::cli
