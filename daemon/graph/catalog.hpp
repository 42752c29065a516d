// The stage types that exist, as graphs and `capstan inspect` see them. The loader implements it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <capstan/sdk/abi.hpp>

namespace capstan::graph {

/// One stage type and the plugin it came from.
struct CatalogEntry {
  std::string plugin;   ///< the plugin's own name
  std::string version;  ///< the plugin's version
  std::string file;     ///< the library it was read from; may be empty
  const StageType* type = nullptr;
};

/// Owned by whoever loaded the plugins; outlives every plan built from it. Immutable while it is
/// read, so any thread may read it.
class Catalog {
 public:
  virtual ~Catalog() = default;
  /// The stage type of that name, or null.
  virtual const StageType* find(std::string_view name) const = 0;
  /// Every stage type, one entry a name, in any order.
  virtual std::vector<CatalogEntry> entries() const = 0;
};

}  // namespace capstan::graph
