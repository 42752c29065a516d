#include "memory_io.hpp"

#include <cstring>

namespace capstan::ffmpeg {

namespace {
// What libavformat uses for files; the demuxer's window onto the buffer.
constexpr int kWindowBytes = 32768;
}  // namespace

MemoryIo::MemoryIo(Buffer buffer) : buffer_(std::move(buffer)) {
  auto* window = static_cast<unsigned char*>(require(av_malloc(kWindowBytes)));
  AVIOContext* context =
      avio_alloc_context(window, kWindowBytes, 0, this, &MemoryIo::read, nullptr, &MemoryIo::seek);
  if (!context) av_free(window);
  context_.reset(require(context));
}

int MemoryIo::read(void* opaque, std::uint8_t* to, int size) noexcept {
  auto& self = *static_cast<MemoryIo*>(opaque);
  const auto left = static_cast<std::int64_t>(self.buffer_.size()) - self.position_;
  if (left <= 0) return AVERROR_EOF;
  const auto n_bytes = static_cast<int>(std::min<std::int64_t>(left, size));
  std::memcpy(to, self.buffer_.data() + self.position_, static_cast<std::size_t>(n_bytes));
  self.position_ += n_bytes;
  return n_bytes;
}

std::int64_t MemoryIo::seek(void* opaque, std::int64_t offset, int whence) noexcept {
  auto& self = *static_cast<MemoryIo*>(opaque);
  const auto size = static_cast<std::int64_t>(self.buffer_.size());
  if ((whence & AVSEEK_SIZE) != 0) return size;
  const int base = whence & ~AVSEEK_FORCE;
  std::int64_t target = offset;
  if (base == SEEK_CUR && __builtin_add_overflow(self.position_, offset, &target)) return -1;
  if (base == SEEK_END && __builtin_add_overflow(size, offset, &target)) return -1;
  if (target < 0) return AVERROR(EINVAL);
  self.position_ = target;
  return target;
}

}  // namespace capstan::ffmpeg
