// The bytes of an input, at any place, past libavformat.
#pragma once

#include "../av/input.hpp"

namespace capstan::ffmpeg {

/// A file, or bytes in memory. Home: one worker at a time.
class InputBytes {
 public:
  /// Throws when the file can't be opened.
  explicit InputBytes(const InputSource& source);
  ~InputBytes();
  InputBytes(const InputBytes&) = delete;
  InputBytes& operator=(const InputBytes&) = delete;

  std::int64_t size() const noexcept { return size_; }
  bool is_file() const noexcept { return fd_ >= 0; }
  /// Copies `n_bytes` from `offset` on; false where there are not that many. Throws when the file
  /// can't be read.
  bool read(std::int64_t offset, void* to, std::size_t n_bytes) const;
  /// All of them: bytes in memory as they are, a file read into memory. Null when it became
  /// shorter.
  Buffer read_all() const;

 private:
  Buffer buffer_;
  int fd_ = -1;
  std::int64_t size_ = 0;
};

}  // namespace capstan::ffmpeg
