#include "input_source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace capstan::ffmpeg {

namespace {

[[noreturn]] void refuse(const std::string& reason) { throw std::runtime_error(reason); }

[[noreturn]] void refuse_unreadable() {
  refuse("the file cannot be read: " + std::generic_category().message(errno));
}

/// The scheme of "scheme://...", in small letters, empty for a path.
std::string scheme_of(const std::string& location) {
  const std::size_t end = location.find("://");
  if (end == std::string::npos || end == 0) return {};
  std::string scheme = location.substr(0, end);
  for (char& letter : scheme) {
    const auto c = static_cast<unsigned char>(letter);
    if (!std::isalnum(c) && c != '+' && c != '-' && c != '.') return {};
    letter = static_cast<char>(std::tolower(c));
  }
  return scheme;
}

/// "clip.mp4" of "https://host/a/clip.mp4?token=1".
std::string name_of(const std::string& url) {
  const std::string plain = url.substr(0, url.find_first_of("?#"));
  return plain.substr(plain.rfind('/') + 1);
}

void check_kind(const struct stat& status) {
  if (S_ISDIR(status.st_mode)) refuse("the input is a folder, not a file");
  // A pipe or device could keep the worker waiting for ever.
  if (!S_ISREG(status.st_mode)) refuse("the input is not a regular file");
  if (status.st_size == 0) refuse("the file is empty (0 bytes)");
}

void check_url(const std::string& url, const std::string& scheme, const InputRules& rules) {
  if (!protocols_of(scheme)) {
    refuse("the input is a URL that is not opened (" + scheme + "://): expected " +
           "http, https or rtsp");
  }
  try {
    rules.check_host_of(url);
  } catch (const std::runtime_error& refused) {
    const bool is_fetched = scheme != "rtsp";
    refuse("the input is a URL (" + scheme + "://), and " + refused.what() +
           (is_fetched ? ": put a fetch stage before decode" : ""));
  }
}

}  // namespace

const char* protocols_of(std::string_view scheme) {
  if (scheme == "http") return "http,tcp,tls,httpproxy";
  if (scheme == "https") return "https,tcp,tls,httpproxy";
  if (scheme == "rtsp") return "tcp";
  return nullptr;
}

OpenedFile::~OpenedFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::uint64_t OpenedFile::size_bytes() const {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) refuse_unreadable();
  return static_cast<std::uint64_t>(status.st_size);
}

InputSource::InputSource(const Item& item, const InputRules& rules) : rules_(&rules) {
  if (const Bytes* bytes = item.get_if<Bytes>()) {
    buffer_ = bytes->buffer();
    name_ = bytes->name();
    size_bytes_ = buffer_.size();
    if (size_bytes_ == 0) refuse("the input is empty (0 bytes)");
    return;
  }
  const std::string& location = item.get<Reference>().location();
  const std::string scheme = scheme_of(location);
  if (scheme.empty() || scheme == "file") {
    path_ = scheme.empty() ? location : location.substr(sizeof("file://") - 1);
    size_bytes_ = open().size_bytes();
    return;
  }
  check_url(location, scheme, rules);
  url_ = scheme + location.substr(scheme.size());  // FFmpeg knows small letters only
  name_ = name_of(url_);
}

OpenedFile InputSource::open() const {
  // Before it is opened too, which a device may notice and a pipe without a writer would wait for.
  struct stat status {};
  if (::stat(path_.c_str(), &status) != 0) refuse_unreadable();
  check_kind(status);
  OpenedFile file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.descriptor() < 0 || ::fstat(file.descriptor(), &status) != 0) refuse_unreadable();
  check_kind(status);
  rules_->check_file(file.descriptor());
  return file;
}

}  // namespace capstan::ffmpeg
