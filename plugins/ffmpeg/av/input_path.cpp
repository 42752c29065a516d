#include "input_path.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace capstan::ffmpeg {

namespace {

/// The scheme of "scheme://...", empty for a path.
std::string scheme_of(const std::string& location) {
  const std::size_t end = location.find("://");
  if (end == std::string::npos || end == 0) return {};
  for (std::size_t i = 0; i < end; ++i) {
    const auto c = static_cast<unsigned char>(location[i]);
    if (!std::isalnum(c) && c != '+' && c != '-' && c != '.') return {};
  }
  return location.substr(0, end);
}

[[noreturn]] void refuse(const std::string& reason) { throw std::runtime_error(reason); }

}  // namespace

std::string checked_path(const std::string& location) {
  const std::string scheme = scheme_of(location);
  if (!scheme.empty() && scheme != "file") {
    refuse("the input is a URL (" + scheme + "://): put a fetch stage before decode");
  }
  std::string path = scheme.empty() ? location : location.substr(sizeof("file://") - 1);
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || ::access(path.c_str(), R_OK) != 0) {
    refuse("the file cannot be read: " + std::generic_category().message(errno));
  }
  if (S_ISDIR(status.st_mode)) refuse("the input is a folder, not a file");
  // A pipe or device could keep the worker waiting for ever.
  if (!S_ISREG(status.st_mode)) refuse("the input is not a regular file");
  if (status.st_size == 0) refuse("the file is empty (0 bytes)");
  return path;
}

}  // namespace capstan::ffmpeg
