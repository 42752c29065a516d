// From a configuration file to a plan that can run: config -> plugins -> graph.
#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"
#include "graph/build.hpp"
#include "loader/loader.hpp"

namespace capstan {

/// The loader's stage types as a graph's catalog.
class PluginCatalog final : public graph::Catalog {
 public:
  explicit PluginCatalog(const loader::Loader& loader) : loader_(loader) {}
  const StageType* find(std::string_view name) const override { return loader_.find(name); }
  std::vector<graph::CatalogEntry> entries() const override;

 private:
  const loader::Loader& loader_;
};

/// Everything a run starts from. Built on the main thread, immutable afterwards.
struct Plan {
  config::Faults faults;
  config::Config config;
  loader::Loader loader;
  PluginCatalog catalog{loader};
  std::vector<graph::Pipeline> pipelines;
  unsigned n_workers = 1;

  /// Reads the file and loads the plugins of its `plugin_path` that its stages are of: large
  /// libraries come with plugins. What is wrong is in `faults`.
  void read(const std::string& path);
  /// Loads the others as well, for those who want to know whether all can be loaded.
  void load_all_plugins() { loader.load_rest(); }
  /// Builds the pipelines. Nothing may be started while faults.has_errors().
  void build();
};

/// Folders that plugins are loaded from when nothing else is said: those of $CAPSTAN_PLUGIN_PATH
/// (separated by colons), or of the build tree the program lies in, or the installed one.
std::vector<std::string> default_plugin_path();
/// Loads every plugin of a folder. Returns why the folder cannot be used, if so.
std::optional<std::string> load_plugins(loader::Loader& loader, const std::string& folder);

}  // namespace capstan
