// What one folder holds.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace files {

/// Many names in little memory: a folder of a million files is one string. A value.
class NameList {
 public:
  void add(std::string_view name);
  void sort();
  std::size_t size() const { return starts_.size(); }
  const char* operator[](std::size_t i) const { return text_.data() + starts_[i]; }
  std::size_t size_bytes() const { return text_.size() + starts_.size() * sizeof(starts_[0]); }

 private:
  std::string text_;  // each name ends with NUL, which no name contains
  std::vector<std::size_t> starts_;
};

enum class EntryKind : std::uint8_t { invalid = 0, file, folder };

struct Folder {
  std::uint64_t id = 0;  ///< the same for every path that leads here
  NameList files;        ///< regular files, also behind links
  NameList folders;
  NameList folder_links;
  NameList broken_links;
  int error = 0;  ///< errno that ended the reading, 0 when complete
};

/// Names that a reader wants. May throw to stop the reading.
using Keep = std::function<bool(const char* name, EntryKind kind)>;

/// Reads a folder, names sorted as bytes. Sockets, pipes and devices are left out. `.` and `..`
/// never show up. Any thread; blocks.
Folder read_folder(const std::string& path, const Keep& keep);

/// What identifies a folder, whatever path led to it; 0 when it cannot be told.
std::uint64_t folder_id(const std::string& path);

}  // namespace files
