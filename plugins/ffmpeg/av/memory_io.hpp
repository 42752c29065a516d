// Lets a demuxer read from a buffer in memory, without copying it.
#pragma once

#include <capstan/sdk/payload.hpp>

#include "av_ptr.hpp"

namespace capstan::ffmpeg {

/// A seekable reader over a buffer, which it keeps alive. Home: whoever holds it. Must outlive the
/// demuxer that reads from it.
class MemoryIo {
 public:
  explicit MemoryIo(Buffer buffer);
  MemoryIo(const MemoryIo&) = delete;
  MemoryIo& operator=(const MemoryIo&) = delete;

  AVIOContext* context() noexcept { return context_.get(); }

 private:
  static int read(void* opaque, std::uint8_t* to, int size) noexcept;
  static std::int64_t seek(void* opaque, std::int64_t offset, int whence) noexcept;

  Buffer buffer_;
  std::int64_t position_ = 0;
  AvIoContextPtr context_;
};

}  // namespace capstan::ffmpeg
