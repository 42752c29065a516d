// `capstan inspect [STAGE] [--schema]`: the stage types that exist and their options.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "graph/catalog.hpp"

namespace capstan::cli {

struct InspectRequest {
  std::string stage;       ///< empty: all of them
  bool is_schema = false;  ///< a JSON Schema instead of text
};

/// Without a stage a list by plugin, with one its manual page. With is_schema, the schema of the
/// whole configuration, or of one stage's `with`. `plugin_faults` go to `err` first. Returns the
/// exit code: 0, or 2 when there is no such stage type.
int inspect_command(const InspectRequest& request, const graph::Catalog& catalog,
                    const std::vector<std::string>& plugin_faults, std::ostream& out,
                    std::ostream& err);

}  // namespace capstan::cli
