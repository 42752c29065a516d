// Opens and makes folders that cannot be left.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace write_plugin {

/// Owns a file descriptor. Moves only.
class Fd {
 public:
  explicit Fd(int fd = -1) noexcept : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd();
  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }

 private:
  int fd_;
};

[[noreturn]] void throw_errno();

/// Makes what was entered into or taken from a folder survive a power cut.
void sync_folder(int fd);

/// How steps out of the root are refused.
enum class Beneath : std::uint8_t {
  invalid = 0,
  kernel,   ///< openat2: links are followed as long as they stay inside
  by_part,  ///< part by part, no link at all: where a kernel or a sandbox has no openat2
};

/// The folder that a template's values cannot leave.
class RootFolder {
 public:
  /// Opens `path`, making it and its parents where missing; empty is the working folder. Links are
  /// followed: the path is the operator's. Throws std::system_error.
  explicit RootFolder(const std::string& path, Beneath beneath = Beneath::kernel);

  /// Opens the folder `path` below the root, parts joined by single slashes, empty for the root
  /// itself; makes what is missing. Throws std::system_error, or std::runtime_error for a link
  /// that leads out.
  Fd open(const std::string& path);

 private:
  Fd open_existing(const std::string& path);
  Fd open_by_part(const std::string& path) const;

  Fd root_;
  Beneath beneath_;
};

}  // namespace write_plugin
