#include "loader/loader.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/dll/shared_library.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "loader/descriptor_file.hpp"

namespace capstan::loader {

namespace fs = std::filesystem;

namespace {

/// Every library of the process. Never destroyed, so none is ever closed, and reachable to the end,
/// so that no leak checker takes them for forgotten.
std::vector<boost::dll::shared_library>& kept_libraries() {
  static auto* const kept = new std::vector<boost::dll::shared_library>;
  return *kept;
}

/// A plugin runs with all of the daemon's rights, so nobody else may be able to replace it.
void check_owner(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) {
    throw std::runtime_error(std::generic_category().message(errno));
  }
  if (info.st_uid != 0 && info.st_uid != ::geteuid()) {
    throw std::runtime_error("belongs to user " + std::to_string(info.st_uid) +
                             ": plugins are loaded only from what root or user " +
                             std::to_string(::geteuid()) + " owns");
  }
  if (info.st_mode & S_IWOTH) {
    throw std::runtime_error("can be written by everybody: run chmod o-w on it");
  }
}

/// Boost's message holds the linker's own in parentheses; only that is of use.
std::string linker_message(std::string text) {
  const std::string_view marker = "dlerror system message: ";
  const std::size_t at = text.find(marker);
  if (at == std::string::npos) return text;
  text.erase(0, at + marker.size());
  const std::size_t end = text.rfind("): ");
  return end == std::string::npos ? text : text.substr(0, end);
}

void check_type(const StageType& type) {
  const bool is_sync = type.execution == Execution::sync;
  if (!type.name || !*type.name || !type.summary || type.scope == Scope::invalid ||
      (is_sync ? !type.make_sync : !type.make_async)) {
    throw std::runtime_error("has a stage type without a name, a summary or a way to make it");
  }
  const Options options(type.options, type.n_options);  // throws on a default of the wrong type
}

}  // namespace

std::optional<std::string> Loader::load_folder(const std::string& folder,
                                               const std::vector<std::string>& names) {
  try {
    check_owner(folder);
  } catch (const std::runtime_error& failure) {
    return failure.what();
  }
  for (const std::string& name : names) {
    const fs::path file = fs::path(folder) / name;
    if (file.extension() == ".so") try_file(file.string());
  }
  return std::nullopt;
}

void Loader::load_rest() {
  wanted_.reset();
  for (const std::string& path : std::exchange(passed_over_, {})) try_file(path);
}

void Loader::try_file(const std::string& path) {
  try {
    load_file(path);
  } catch (const std::exception& failure) {
    faults_.push_back("plugin " + path + " " + failure.what());
  }
}

bool Loader::is_wanted(const std::vector<std::string>& stage_types) const {
  if (!wanted_) return true;
  return std::any_of(stage_types.begin(), stage_types.end(), [this](const std::string& name) {
    return std::find(wanted_->begin(), wanted_->end(), name) != wanted_->end();
  });
}

void Loader::load_file(const std::string& path) {
  check_owner(path);
  if (!is_wanted(read_stage_names(path))) {
    passed_over_.push_back(path);
    return;
  }
  boost::dll::shared_library library;
  try {
    library.load(fs::absolute(path).string(),
                 boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local);
  } catch (const std::exception& failure) {
    throw std::runtime_error("cannot be loaded: " + linker_message(failure.what()));
  }
  const auto& plugin = library.get<const PluginDescriptor>(kPluginSymbol);
  kept_libraries().push_back(std::move(library));  // from here on it stays, admitted or not
  admit(path, plugin);
}

void Loader::admit(const std::string& path, const PluginDescriptor& plugin) {
  if (!plugin.name || !plugin.version || plugin.stage_type_size < sizeof(StageType)) {
    throw std::runtime_error("has a descriptor without a name, a version or stage types");
  }
  const auto* bytes = reinterpret_cast<const char*>(plugin.stage_types);
  std::vector<LoadedType> admitted;
  for (std::uint64_t i = 0; i < plugin.n_stage_types; ++i) {
    const auto& type = *reinterpret_cast<const StageType*>(bytes + i * plugin.stage_type_size);
    check_type(type);
    admitted.push_back({plugin.name, plugin.version, path, &type});
  }
  for (LoadedType& type : admitted) {
    const auto same = std::find_if(types_.begin(), types_.end(), [&](const LoadedType& each) {
      return std::string_view(each.type->name) == type.type->name;
    });
    if (same == types_.end()) {
      types_.push_back(std::move(type));
    } else {
      faults_.push_back("plugin " + path + " offers stage type '" + type.type->name + "', which " +
                        same->file + " offers already: remove one of the two");
    }
  }
}

const StageType* Loader::find(std::string_view name) const noexcept {
  const auto found = std::find_if(types_.begin(), types_.end(),
                                  [&](const LoadedType& each) { return name == each.type->name; });
  return found == types_.end() ? nullptr : found->type;
}

}  // namespace capstan::loader
