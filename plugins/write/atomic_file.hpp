// Writes a file that is either there in full or not at all.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace write_plugin {

/// Where the bytes lie until they are complete.
enum class Draft : std::uint8_t {
  invalid = 0,
  unnamed,  ///< O_TMPFILE: gone with the process, whatever ends it
  named,    ///< a hidden name: where a file system has no unnamed files
};

/// What a file is to hold: bytes in memory, or those of a file that has no name yet. A view.
class Content {
 public:
  Content(std::string_view bytes) : bytes_(bytes) {}  // NOLINT: bytes are content
  /// `may_link`: nobody else has the file, so it may become the one that is written.
  Content(int fd, std::uint64_t size, bool may_link) : fd_(fd), size_(size), may_link_(may_link) {}

  bool is_file() const noexcept { return fd_ >= 0; }
  bool may_link() const noexcept { return may_link_; }
  int fd() const noexcept { return fd_; }
  std::uint64_t size() const noexcept { return is_file() ? size_ : bytes_.size(); }
  std::string_view bytes() const noexcept { return bytes_; }

 private:
  std::string_view bytes_;
  int fd_ = -1;
  std::uint64_t size_ = 0;
  bool may_link_ = false;
};

/// Puts `content` into the folder under `name`, in place of a file that has the name already. When
/// it returns, content and name survive a power cut; when it throws, what was there before is, and
/// nothing else. `check` is called between chunks and may throw. Throws std::system_error. Blocks.
///
/// A file that may be linked, and is on the same file system, gets the name itself: nothing is
/// copied. Else the kernel copies it, without the way through this process where it can.
///
/// A process that is killed leaves at most a hidden file of temporary_name(name), complete or not,
/// which the next write of `name` removes; with unnamed drafts only while replacing a file.
void replace_file(int folder, const std::string& name, const Content& content,
                  const std::function<void()>& check, Draft draft = Draft::unnamed);

/// Always the same for one name, and never too long.
std::string temporary_name(std::string_view name);

}  // namespace write_plugin
