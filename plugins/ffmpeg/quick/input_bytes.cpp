#include "input_bytes.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace capstan::ffmpeg {

namespace {

[[noreturn]] void fail_to_read() {
  throw std::runtime_error("the file cannot be read: " + std::generic_category().message(errno));
}

}  // namespace

InputBytes::InputBytes(const InputSource& source) : buffer_(source.buffer()) {
  if (source.is_file()) file_.emplace(source.open());
  size_ = static_cast<std::int64_t>(file_ ? file_->size_bytes() : buffer_.size());
}

bool InputBytes::read(std::int64_t offset, void* to, std::size_t n_bytes) const {
  if (offset < 0 || offset > size_ || n_bytes > static_cast<std::uint64_t>(size_ - offset)) {
    return false;
  }
  if (!is_file()) {
    std::memcpy(to, buffer_.data() + offset, n_bytes);
    return true;
  }
  auto* bytes = static_cast<char*>(to);
  while (n_bytes > 0) {
    const ssize_t n = ::pread(file_->descriptor(), bytes, n_bytes, offset);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail_to_read();
    if (n == 0) return false;
    bytes += n;
    offset += n;
    n_bytes -= static_cast<std::size_t>(n);
  }
  return true;
}

Buffer InputBytes::read_all() const {
  if (!is_file()) return buffer_;
  Buffer all = Buffer::allocate(static_cast<std::size_t>(size_));
  return read(0, all.mutable_data(), all.size()) ? all : Buffer();
}

}  // namespace capstan::ffmpeg
