#include "path_value.hpp"

#include <algorithm>
#include <cctype>
#include <functional>
#include <stdexcept>

namespace write_plugin {

namespace {

// Of every file system that Linux writes to (NAME_MAX).
constexpr std::size_t kMaxPartBytes = 255;

struct Extension {
  std::string_view media_type;
  std::string_view extension;
};
constexpr Extension kExtensions[] = {
    {"image/jpeg", "jpg"},       {"image/png", "png"},   {"image/webp", "webp"},
    {"image/gif", "gif"},        {"image/avif", "avif"}, {"image/tiff", "tiff"},
    {"image/bmp", "bmp"},        {"video/mp4", "mp4"},   {"video/webm", "webm"},
    {"video/x-matroska", "mkv"}, {"video/mp2t", "ts"},   {"video/quicktime", "mov"},
    {"audio/mpeg", "mp3"},       {"audio/wav", "wav"},   {"audio/flac", "flac"},
    {"audio/ogg", "ogg"},        {"audio/mp4", "m4a"},   {"application/json", "json"},
    {"application/pdf", "pdf"},  {"text/plain", "txt"},  {"application/x-npy", "npy"},
};

void for_each_part(std::string_view path, const std::function<void(std::string_view)>& call) {
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    if (end > at) call(path.substr(at, end - at));
    at = end + 1;
  }
}

void append_part(std::string& path, std::string_view part) {
  if (!path.empty()) path.push_back('/');
  path.append(part);
}

bool is_scheme(std::string_view text) {
  return !text.empty() && std::isalpha(static_cast<unsigned char>(text[0])) != 0 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '+' || c == '-' || c == '.';
         });
}

// "https://me:secret@host/x" -> "https/host/x", other values as they are. Steps upwards are
// ordinary in a URL, so they become harmless names instead of a failure.
std::string url_as_path(std::string_view value) {
  const std::size_t colon = value.find("://");
  if (colon == std::string_view::npos || !is_scheme(value.substr(0, colon))) {
    return std::string(value);
  }
  std::string_view rest = value.substr(colon + 3);
  const std::size_t host_end = std::min(rest.find_first_of("/?#"), rest.size());
  const std::size_t at = rest.substr(0, host_end).rfind('@');
  if (at != std::string_view::npos) rest.remove_prefix(at + 1);
  std::string path(value.substr(0, colon));
  for_each_part(rest, [&](std::string_view part) {
    append_part(path, part == ".." ? "%2E%2E" : part == "." ? "%2E" : part);
  });
  return path;
}

}  // namespace

std::string clean_value(std::string_view variable, std::string_view value) {
  if (value.find('\0') != std::string_view::npos) {
    throw std::runtime_error(std::string(variable) + " contains a NUL character");
  }
  std::string clean;
  for_each_part(url_as_path(value), [&](std::string_view part) {
    if (part == "..") {
      throw std::runtime_error(std::string(variable) + " would leave the folder: '" +
                               std::string(value) + "'");
    }
    if (part != ".") append_part(clean, part);
  });
  if (clean.empty()) throw std::runtime_error(std::string(variable) + " is empty for this item");
  return clean;
}

std::string last_part(const std::string& path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

std::string without_extension(std::string path) {
  const std::size_t name = path.rfind('/') + 1;
  const std::size_t dot = path.rfind('.');
  if (dot != std::string::npos && dot > name) path.erase(dot);
  return path;
}

std::string extension_of(std::string_view media_type, const std::string& full_name) {
  std::string type(media_type.substr(0, media_type.find(';')));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  std::transform(type.begin(), type.end(), type.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const Extension& known : kExtensions) {
    if (known.media_type == type) return std::string(known.extension);
  }
  const std::string name = last_part(full_name);
  const std::size_t dot = name.rfind('.');
  const std::string from_name = dot == std::string::npos ? "" : name.substr(dot + 1);
  const bool is_plain = !from_name.empty() && from_name.size() <= 8 &&
                        std::all_of(from_name.begin(), from_name.end(),
                                    [](unsigned char c) { return std::isalnum(c) != 0; });
  return is_plain ? from_name : "bin";
}

std::string checked_path(std::string_view path) {
  std::string clean;
  for_each_part(path, [&](std::string_view part) {
    // Two harmless values side by side can make a step upwards.
    if (part == ".." || part == ".") {
      throw std::runtime_error("the path would leave its folder: '" + std::string(path) + "'");
    }
    if (part.size() > kMaxPartBytes) {
      throw std::runtime_error("a name of " + std::to_string(part.size()) +
                               " bytes is longer than the 255 a file system takes: '" +
                               std::string(part.substr(0, 40)) + "...'");
    }
    append_part(clean, part);
  });
  return clean;
}

}  // namespace write_plugin
