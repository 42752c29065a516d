// Finds plugins, admits or refuses them, and holds them until the process ends.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <capstan/sdk/abi.hpp>

namespace capstan::loader {

/// One stage type and where it came from.
struct LoadedType {
  std::string plugin;
  std::string version;
  std::string file;
  const StageType* type = nullptr;
};

/// Home: the thread that fills it; immutable afterwards. Libraries are never unloaded: payloads,
/// coroutines and exceptions may still point at their code.
class Loader {
 public:
  /// From now on, only plugins that have one of these stage types are loaded.
  void want(std::vector<std::string> stage_types) { wanted_ = std::move(stage_types); }
  /// Loads every `*.so` among the names in a folder, in their order. Returns why the folder cannot
  /// be used, if so. A plugin that is refused gives one line in faults(); the others go on.
  std::optional<std::string> load_folder(const std::string& folder,
                                         const std::vector<std::string>& names);
  /// Loads what was passed over, since nobody wants it.
  void load_rest();

  const std::vector<LoadedType>& types() const noexcept { return types_; }
  const StageType* find(std::string_view name) const noexcept;
  /// One line a refusal: file, reason, what to do.
  const std::vector<std::string>& faults() const noexcept { return faults_; }

 private:
  void try_file(const std::string& path);
  void load_file(const std::string& path);
  bool is_wanted(const std::vector<std::string>& stage_types) const;
  void admit(const std::string& path, const PluginDescriptor& plugin);

  std::optional<std::vector<std::string>> wanted_;  // none: all
  std::vector<std::string> passed_over_;            // files
  std::vector<LoadedType> types_;
  std::vector<std::string> faults_;
};

}  // namespace capstan::loader
