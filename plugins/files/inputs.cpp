#include "inputs.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include "pattern.hpp"

namespace files {

namespace {

std::string read_all(const std::string& path) {
  const int fd = path == "-" ? dup(STDIN_FILENO) : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  std::string text;
  ssize_t n_read = fd < 0 ? -1 : 0;
  std::vector<char> chunk(std::size_t{1} << 16);
  while (fd >= 0 && (n_read = read(fd, chunk.data(), chunk.size())) != 0) {
    if (n_read < 0 && errno == EINTR) continue;
    if (n_read < 0) break;
    text.append(chunk.data(), static_cast<std::size_t>(n_read));
  }
  const int error = n_read < 0 ? errno : 0;
  if (fd >= 0) close(fd);
  if (error) {
    throw std::runtime_error("cannot read manifest '" + path + "': " + std::strerror(error));
  }
  if (text.compare(0, 3, "\xEF\xBB\xBF") == 0) text.erase(0, 3);  // Windows' byte order mark
  return text;
}

bool has_parent_steps(const std::string& path) {
  return path == ".." || path.compare(0, 3, "../") == 0 || path.find("/../") != path.npos ||
         (path.size() > 2 && path.compare(path.size() - 3, 3, "/..") == 0);
}

bool starts_with_ignoring_case(std::string_view text, std::string_view start) {
  return text.size() >= start.size() &&
         std::equal(start.begin(), start.end(), text.begin(),
                    [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b + 32 : b); });
}

// The folder that a named thing is seen from. Lines of manifests are files as a rule, and there
// may be a million of them: the disk is not asked.
std::string root_of(const Named& named) {
  if (!named.is_listed) {
    struct stat status {};
    const bool exists = stat(named.path.c_str(), &status) == 0;
    if (exists && S_ISDIR(status.st_mode)) return absolute_path(named.path);
    if (!exists && has_wildcard(named.path)) return absolute_path(split_glob(named.path).folder);
  }
  return parent_folder(absolute_path(named.path));
}

std::string common_part(const std::string& a, const std::string& b) {
  std::size_t n = static_cast<std::size_t>(
      std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
  const bool ends_a_name =
      (n == a.size() || a[n] == '/') && (n == b.size() || b[n] == '/') && n > 0;
  if (!ends_a_name) n = n == 0 ? 0 : a.rfind('/', n - 1);
  return n == 0 ? "/" : a.substr(0, n);
}

}  // namespace

Inputs::Inputs(const std::vector<std::string>& paths, const std::vector<std::string>& manifests) {
  List named;
  named.separator = '\0';
  for (const std::string& path : paths) named.text.append(path).push_back('\0');
  lists_.push_back(std::move(named));
  for (const std::string& manifest : manifests) {
    List list;
    const std::size_t slash = manifest.rfind('/');
    if (slash != std::string::npos) list.folder = manifest.substr(0, slash + 1);
    list.text = read_all(manifest);
    list.separator = list.text.find('\0') == std::string::npos ? '\n' : '\0';
    list.is_manifest = true;
    lists_.push_back(std::move(list));
  }
  may_overlap_ = paths.size() > 1 || !manifests.empty() ||
                 std::any_of(paths.begin(), paths.end(),
                             [](const std::string& path) { return has_wildcard(path); });
}

std::optional<Named> Inputs::next() {
  for (; list_ < lists_.size(); ++list_, at_ = 0) {
    const List& list = lists_[list_];
    while (at_ < list.text.size()) {
      std::size_t end = list.text.find(list.separator, at_);
      if (end == std::string::npos) end = list.text.size();
      std::string line = list.text.substr(at_, end - at_);
      at_ = end + 1;
      if (list.separator == '\n' && !line.empty() && line.back() == '\r') line.pop_back();
      if (line.empty()) continue;
      if (line[0] != '/' && !is_url(line)) line.insert(0, list.folder);
      Named named;
      named.path = std::move(line);
      named.is_listed = list.is_manifest;
      return named;
    }
  }
  return std::nullopt;
}

void Inputs::rewind() { list_ = at_ = 0; }

bool is_url(std::string_view text) {
  return starts_with_ignoring_case(text, "http://") || starts_with_ignoring_case(text, "https://");
}

std::string without_credentials(std::string_view url) {
  const std::size_t host = url.find("://") + 3;
  const std::size_t end = std::min(url.find_first_of("/?#", host), url.size());
  const std::size_t at = url.substr(0, end).rfind('@');
  if (at == std::string_view::npos || at < host) return std::string(url);
  return std::string(url.substr(0, host)).append(url.substr(at + 1));
}

std::string absolute_path(const std::string& path) {
  std::error_code ignored;
  std::string full = path.empty() || path[0] != '/'
                         ? std::filesystem::current_path(ignored).string() + "/" + path
                         : path;
  if (has_parent_steps(full)) {
    // The last name stays: it may be a link that was named on purpose.
    const std::size_t slash = full.rfind('/');
    const std::string name = full.substr(slash);
    const bool is_step = name == "/..";
    full =
        std::filesystem::weakly_canonical(is_step ? full : full.substr(0, slash), ignored).string();
    if (!is_step) full += name;
  }
  std::string clean;
  for (std::size_t at = 0; at < full.size();) {
    const std::size_t end = std::min(full.find('/', at), full.size());
    const std::string_view part = std::string_view(full).substr(at, end - at);
    if (!part.empty() && part != ".") clean.append("/").append(part);
    at = end + 1;
  }
  return clean.empty() ? "/" : clean;
}

std::string parent_folder(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

Glob split_glob(const std::string& written) {
  std::string text = written;
  while (text.size() > 1 && text.back() == '/') text.pop_back();
  std::size_t end = text.find_first_of("*?[{\\");
  if (end == std::string::npos) end = text.size();
  const std::size_t slash = text.rfind('/', end);
  Glob glob;
  glob.pattern = slash == std::string::npos ? text : text.substr(slash + 1);
  if (slash != std::string::npos) glob.folder = text.substr(0, slash + 1);
  return glob;
}

std::string common_folder(Inputs& inputs) {
  std::string common;
  inputs.rewind();
  while (const auto named = inputs.next()) {
    if (is_url(named->path)) continue;
    const std::string root = root_of(*named);
    common = common.empty() ? root : common_part(common, root);
  }
  inputs.rewind();
  return common.empty() ? "/" : common;
}

std::string path_below(const std::string& base, const std::string& path) {
  if (path == base) return {};
  const std::string start = base == "/" ? base : base + "/";
  // What changed on the disk since the base was found is named in full.
  return path.substr(path.compare(0, start.size(), start) == 0 ? start.size() : 1);
}

}  // namespace files
