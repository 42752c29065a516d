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
  /// Loads every `*.so` among the names in a folder, in their order. Returns why the folder cannot
  /// be used, if so. A plugin that is refused gives one line in faults(); the others go on.
  std::optional<std::string> load_folder(const std::string& folder,
                                         const std::vector<std::string>& names);

  const std::vector<LoadedType>& types() const noexcept { return types_; }
  const StageType* find(std::string_view name) const noexcept;
  /// One line a refusal: file, reason, what to do.
  const std::vector<std::string>& faults() const noexcept { return faults_; }

 private:
  void load_file(const std::string& path);
  void admit(const std::string& path, const PluginDescriptor& plugin);

  std::vector<LoadedType> types_;
  std::vector<std::string> faults_;
};

}  // namespace capstan::loader
