#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <climits>
#include <memory>
#include <optional>
#include <stdexcept>

#include <capstan/sdk/input_rules.hpp>

CAPSTAN_BEGIN_NAMESPACE

namespace {

/// The parts of a URL that rules are about.
struct Url {
  std::string scheme;
  std::string host;  ///< with the port as written, without user and password
  std::string path;  ///< empty, or from its first slash on
};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool is_made_of(std::string_view text, std::string_view marks) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || marks.find(c) != marks.npos;
  });
}

// Stricter than any reader of URLs, so that whoever opens it can't find another host in it.
std::optional<Url> parse(std::string_view text) {
  const auto is_plain = [](unsigned char c) { return c > ' ' && c < 0x7F && c != '\\'; };
  const std::size_t colon = text.find("://");
  if (colon == 0 || colon == text.npos || !std::all_of(text.begin(), text.end(), is_plain)) {
    return std::nullopt;
  }
  Url url;
  url.scheme = lower(text.substr(0, colon));
  text.remove_prefix(colon + 3);
  std::string_view authority = text.substr(0, text.find_first_of("/?#"));
  text.remove_prefix(authority.size());
  if (const std::size_t at = authority.find('@'); at != authority.npos) {
    authority.remove_prefix(at + 1);
  }
  url.host = lower(authority);
  url.path = text.substr(0, text.find_first_of("?#"));
  const bool is_sound = is_made_of(url.scheme, "+-.") && is_made_of(url.host, "-._:[]");
  return is_sound ? std::optional(url) : std::nullopt;
}

/// ".." in it, however it is written, may lead out of a folder.
bool climbs(std::string_view path) {
  std::string plain = lower(path);
  for (std::size_t at = 0; (at = plain.find("%2e", at)) != plain.npos;) plain.replace(at, 3, ".");
  for (std::size_t at = 0; (at = plain.find("%2f", at)) != plain.npos;) plain.replace(at, 3, "/");
  return (plain + "/").find("/../") != plain.npos;
}

bool is_below(std::string_view path, std::string_view folder) {
  if (!folder.empty() && folder.back() == '/') folder.remove_suffix(1);
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

std::string real_path(const std::string& path) {
  const std::unique_ptr<char, decltype(&::free)> real(::realpath(path.c_str(), nullptr), &::free);
  return real ? real.get() : std::string();
}

/// Where an open file lies now, "/srv/a.mp4".
std::string place_of(int descriptor) {
  char place[PATH_MAX];
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  const ssize_t size = ::readlink(link.c_str(), place, sizeof(place));
  return size < 0 ? std::string() : std::string(place, static_cast<std::size_t>(size));
}

/// "https://host", which tells no password and no token.
std::string shown(std::string_view text) {
  const auto url = parse(text);
  return url ? "'" + url->scheme + "://" + url->host + "'" : "what is no proper URL";
}

}  // namespace

InputRules::InputRules() = default;
InputRules::InputRules(const InputRules&) = default;
InputRules& InputRules::operator=(const InputRules&) = default;
InputRules::~InputRules() = default;

InputRules::InputRules(const std::vector<std::string>& allowed) : has_list_(true) {
  for (const std::string& entry : allowed) {
    if (entry.starts_with('/')) {
      paths_.push_back(entry);
      continue;
    }
    const auto url = parse(entry);
    if (!url || url->scheme == "file") {
      throw std::invalid_argument("expected an absolute path or a URL like https://host/folder/");
    }
    if (climbs(url->path) || entry.find_first_of("@?#") != entry.npos) {
      throw std::invalid_argument("expected a URL without user, query and '..'");
    }
    urls_.push_back(entry);
  }
}

void InputRules::check_file(int descriptor) const {
  if (!has_list_) return;
  const std::string place = place_of(descriptor);
  for (const std::string& path : paths_) {
    // Asked each time: a folder may come later, or be a link that is turned.
    const std::string allowed = real_path(path);
    if (!allowed.empty() && is_below(place, allowed)) return;
  }
  throw std::runtime_error("'inputs.allow' does not name the file's place: " + place);
}

bool InputRules::names(std::string_view text, AnyHost any_host) const {
  const auto url = parse(text);
  if (!url || url->host.empty()) return false;
  return std::any_of(urls_.begin(), urls_.end(), [&](const std::string& entry) {
    const auto allowed = parse(entry);
    if (url->scheme != allowed->scheme) return false;
    if (allowed->host.empty()) return any_host == AnyHost::yes;
    const bool is_all_of_host = is_below("/", allowed->path);
    return url->host == allowed->host &&
           (is_all_of_host || (is_below(url->path, allowed->path) && !climbs(url->path)));
  });
}

void InputRules::check_url(std::string_view url) const {
  if (!has_list_ || names(url, AnyHost::yes)) return;
  throw std::runtime_error("'inputs.allow' does not name " + shown(url));
}

void InputRules::check_host_of(std::string_view url) const {
  if (names(url, AnyHost::no)) return;
  throw std::runtime_error("'inputs.allow' does not name " + shown(url));
}

CAPSTAN_END_NAMESPACE
