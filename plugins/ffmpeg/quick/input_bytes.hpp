// The bytes of an input, at any place, past libavformat.
#pragma once

#include <optional>

#include "../av/input_source.hpp"

namespace capstan::ffmpeg {

/// A file, or bytes in memory. Home: one worker at a time.
class InputBytes {
 public:
  /// Throws when the file can't be opened. Not of a URL.
  explicit InputBytes(const InputSource& source);
  std::int64_t size() const noexcept { return size_; }
  bool is_file() const noexcept { return file_.has_value(); }
  /// Copies `n_bytes` from `offset` on; false where there are not that many. Throws when the file
  /// can't be read.
  bool read(std::int64_t offset, void* to, std::size_t n_bytes) const;
  /// All of them: bytes in memory as they are, a file read into memory. Null when it became
  /// shorter.
  Buffer read_all() const;

 private:
  Buffer buffer_;
  std::optional<OpenedFile> file_;
  std::int64_t size_ = 0;
};

}  // namespace capstan::ffmpeg
