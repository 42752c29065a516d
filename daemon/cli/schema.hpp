// JSON Schema of the configuration, for editors that complete and check YAML as it is typed.
// schema*.cpp are the one place that knows nlohmann-json.
#pragma once

#include <string>
#include <vector>

#include "graph/catalog.hpp"

namespace capstan::cli {

/// Schema (draft 7) of a whole configuration file, with each stage type's options.
std::string configuration_schema(const std::vector<graph::CatalogEntry>& entries);

/// Schema (draft 7) of one stage type's `with`.
std::string stage_schema(const StageType& type);

}  // namespace capstan::cli
