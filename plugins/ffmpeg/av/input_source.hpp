// Where an input's bytes come from, and whether they may come from there.
#pragma once

#include <string>
#include <utility>

#include <capstan/sdk/input_rules.hpp>
#include <capstan/sdk/item.hpp>
#include <capstan/sdk/media.hpp>

namespace capstan::ffmpeg {

/// Owns the descriptor of a file opened for reading.
class OpenedFile {
 public:
  explicit OpenedFile(int descriptor) noexcept : descriptor_(descriptor) {}
  OpenedFile(OpenedFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  OpenedFile& operator=(OpenedFile&&) = delete;
  ~OpenedFile();

  int descriptor() const noexcept { return descriptor_; }
  std::uint64_t size_bytes() const;

 private:
  int descriptor_;
};

/// The payload of an item as an input. A value; opening it twice gives the same input again.
class InputSource {
 public:
  /// Takes a reference or bytes. Throws for a file that is not readable, regular and non-empty, a
  /// URL that FFmpeg cannot open, and what `rules` do not allow, with a sentence that says which.
  /// The rules outlive this. Blocks on the file system.
  InputSource(const Item& item, const InputRules& rules);

  /// Empty unless it is a file.
  const std::string& path() const noexcept { return path_; }
  /// Empty unless it is a URL.
  const std::string& url() const noexcept { return url_; }
  const Buffer& buffer() const noexcept { return buffer_; }
  /// What the bytes or the URL are called; a hint about their format.
  const std::string& name() const noexcept { return name_; }
  bool is_file() const noexcept { return !path_.empty(); }
  bool is_url() const noexcept { return !url_.empty(); }
  /// As it was when the source was made; 0 for a URL.
  std::uint64_t size_bytes() const noexcept { return size_bytes_; }
  const InputRules& rules() const noexcept { return *rules_; }

  /// Opens the file. Checks what was opened, since a name may lead elsewhere by now. Throws as the
  /// constructor does.
  OpenedFile open() const;

 private:
  std::string path_;
  std::string url_;
  Buffer buffer_;
  std::string name_;
  std::uint64_t size_bytes_ = 0;
  const InputRules* rules_;
};

/// FFmpeg's protocols that a URL of this scheme needs; null for what is not opened as a URL.
const char* protocols_of(std::string_view scheme);

}  // namespace capstan::ffmpeg
