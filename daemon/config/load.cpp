#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>

#include "config/config.hpp"
#include "config/document_reader.hpp"
#include "config/folder.hpp"

namespace capstan::config {

namespace {

namespace fs = std::filesystem;

struct FileCloser {
  int fd = -1;
  ~FileCloser() {
    if (fd >= 0) ::close(fd);
  }
};

// The bytes of a file, at most one more than a document may have.
std::optional<std::string> read_file(const std::string& path, Faults& faults) {
  const auto refuse = [&](int error) {
    const char* hint = error == EISDIR ? ": expected a file of YAML" : "";
    faults.error({path, 0, 0}, std::string("cannot be read: ") + std::strerror(error) + hint);
    return std::nullopt;
  };
  const FileCloser file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.fd < 0) return refuse(errno);
  std::string text;
  char chunk[65536];
  while (text.size() <= kMaxDocumentBytes) {
    const ssize_t n_read = ::read(file.fd, chunk, sizeof(chunk));
    if (n_read == 0) break;
    if (n_read < 0 && errno == EINTR) continue;
    if (n_read < 0) return refuse(errno);
    text.append(chunk, static_cast<std::size_t>(n_read));
  }
  return text;
}

void read_one(const std::string& path, bool is_main, const Environment& environment, Config& config,
              bool& has_plugin_path, Faults& faults) {
  const auto text = read_file(path, faults);
  if (!text) return;
  const TreePtr root = parse_tree(*text, path, environment, faults);
  if (root) read_document(*root, is_main, config, has_plugin_path, faults);
}

// The files of conf.d beside the main file, sorted by name.
std::vector<std::string> added_files(const fs::path& folder, Faults& faults) {
  std::vector<std::string> names;
  const std::error_code error = list_folder(folder.string(), names);
  if (error && error != std::errc::no_such_file_or_directory) {
    faults.error({folder.string(), 0, 0}, "cannot be read: " + error.message());
  }
  std::vector<std::string> files;
  for (const std::string& name : names) {
    if (name.front() == '.') continue;  // editors keep such files for themselves
    const fs::path file = folder / name;
    if (file.extension() == ".yml") {
      faults.warn({file.string(), 0, 0}, "not read: the name must end in .yaml");
    }
    if (file.extension() == ".yaml") files.push_back(file.string());
  }
  return files;
}

void require_pipelines(const Config& config, Faults& faults) {
  if (!config.pipelines.empty()) return;
  if (config.pipelines_mark.line > 0) {
    faults.error(config.pipelines_mark, "'pipelines' is empty: expected at least one pipeline");
  } else if (!faults.has_errors()) {
    faults.error({config.file, 0, 0}, "no pipelines: expected 'pipelines:' with at least one");
  }
}

}  // namespace

Config load(const std::string& path, const Environment& environment,
            const std::vector<std::string>& default_plugin_path, Faults& faults) {
  Config config;
  config.file = path;
  bool has_plugin_path = false;
  const fs::path base = fs::path(path).parent_path();
  read_one(path, true, environment, config, has_plugin_path, faults);
  for (const std::string& file : added_files(base / "conf.d", faults)) {
    read_one(file, false, environment, config, has_plugin_path, faults);
  }
  require_pipelines(config, faults);
  for (Text& folder : config.daemon.plugin_path) {
    folder.value = (base / folder.value).lexically_normal().string();
  }
  if (config.daemon.allowed_inputs) {
    for (Text& allowed : *config.daemon.allowed_inputs) {
      if (allowed.value.find("://") != std::string::npos) continue;
      allowed.value = fs::absolute(base / allowed.value).lexically_normal().string();
    }
  }
  if (!has_plugin_path) {
    for (const std::string& folder : default_plugin_path) {
      config.daemon.plugin_path.push_back({folder, {}});
    }
  }
  return config;
}

Config parse(std::string_view text, const std::string& file, const Environment& environment,
             Faults& faults) {
  Config config;
  config.file = file;
  bool has_plugin_path = false;
  const TreePtr root = parse_tree(text, file, environment, faults);
  if (root) read_document(*root, true, config, has_plugin_path, faults);
  require_pipelines(config, faults);
  return config;
}

unsigned count_workers(const DaemonConfig& daemon) {
  if (daemon.workers) return *daemon.workers;
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (::sched_getaffinity(0, sizeof(allowed), &allowed) != 0) return 1;
  return static_cast<unsigned>(std::max(1, CPU_COUNT(&allowed)));
}

}  // namespace capstan::config
