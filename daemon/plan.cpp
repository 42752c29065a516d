#include "plan.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "config/folder.hpp"

namespace capstan {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> split_at_colons(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t colon = text.find(':');
    if (colon != 0) parts.emplace_back(text.substr(0, colon));
    text.remove_prefix(colon == std::string_view::npos ? text.size() : colon + 1);
  }
  return parts;
}

/// In a build tree each plugin has a folder of its own beside the program.
std::vector<std::string> plugins_of_build_tree() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (error || !fs::exists(program.parent_path() / "build.ninja", error)) return {};
  const fs::path plugins = program.parent_path() / "plugins";
  std::vector<std::string> names;
  if (config::list_folder(plugins.string(), names)) return {};
  std::vector<std::string> folders;
  for (const std::string& name : names) {
    if (fs::is_directory(plugins / name, error)) folders.push_back((plugins / name).string());
  }
  return folders;
}

std::vector<std::string> used_stage_types(const config::Config& config) {
  std::vector<std::string> names;
  for (const config::PipelineConfig& pipeline : config.pipelines) {
    for (const config::StageConfig& stage : pipeline.stages) names.push_back(stage.use.value);
  }
  return names;
}

}  // namespace

std::vector<std::string> default_plugin_path() {
  if (const char* path = std::getenv("CAPSTAN_PLUGIN_PATH")) return split_at_colons(path);
  std::vector<std::string> folders = plugins_of_build_tree();
  return folders.empty() ? std::vector<std::string>{CAPSTAN_PLUGIN_FOLDER} : folders;
}

std::optional<std::string> load_plugins(loader::Loader& loader, const std::string& folder) {
  std::vector<std::string> names;
  if (const auto error = config::list_folder(folder, names)) return error.message();
  return loader.load_folder(folder, names);
}

std::vector<graph::CatalogEntry> PluginCatalog::entries() const {
  std::vector<graph::CatalogEntry> entries;
  for (const loader::LoadedType& each : loader_.types()) {
    entries.push_back({each.plugin, each.version, each.file, each.type});
  }
  return entries;
}

void Plan::read(const std::string& path) {
  config = config::load(path, config::process_environment(), default_plugin_path(), faults);
  n_workers = config::count_workers(config.daemon);
  const std::vector<std::string> used = used_stage_types(config);
  loader.want(used);
  for (const config::Text& folder : config.daemon.plugin_path) {
    if (const auto reason = load_plugins(loader, folder.value)) {
      faults.error(folder.mark,
                   "cannot load plugins from " + config::quote(folder.value) + ": " + *reason);
    }
  }
  // So that the rest of the configuration can be checked as well; nothing starts from it.
  if (faults.has_errors() && loader.types().empty()) {
    for (const std::string& folder : default_plugin_path()) load_plugins(loader, folder);
  }
  // A name that nobody has may be one of theirs, mistyped.
  const auto is_missing = [this](const std::string& name) { return !loader.find(name); };
  if (std::any_of(used.begin(), used.end(), is_missing)) loader.load_rest();
}

void Plan::build() { pipelines = graph::build_all(config, catalog, faults); }

}  // namespace capstan
