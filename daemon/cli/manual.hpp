// Stage types as text for a person.
#pragma once

#include <ostream>
#include <vector>

#include "graph/catalog.hpp"

namespace capstan::cli {

/// Stage types by plugin, a line each. `entries` are sorted by plugin.
void print_list(const std::vector<graph::CatalogEntry>& entries, std::ostream& out);

/// Everything about one stage type: how it runs, what flows through it, its options.
void print_manual(const graph::CatalogEntry& entry, std::ostream& out);

}  // namespace capstan::cli
