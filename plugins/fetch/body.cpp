#include "body.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace fetch {

namespace {

constexpr std::size_t kSmallest = 4096;

}  // namespace

void Body::Free::operator()(char* memory) const noexcept { std::free(memory); }

bool Body::reserve(std::size_t size) noexcept {
  if (size <= capacity_) return true;
  // realloc, since it remaps large blocks; a vector would copy them.
  char* memory = static_cast<char*>(std::realloc(memory_.get(), size));
  if (!memory) return false;
  static_cast<void>(memory_.release());
  memory_.reset(memory);
  capacity_ = size;
  return true;
}

bool Body::append(const char* data, std::size_t size) noexcept {
  const std::size_t needed = size_ + size;
  if (needed > capacity_ && !reserve(std::max({needed, capacity_ + capacity_ / 2, kSmallest}))) {
    return false;
  }
  std::memcpy(memory_.get() + size_, data, size);
  size_ = needed;
  return true;
}

capstan::Buffer Body::take() {
  const std::size_t size = std::exchange(size_, 0);
  capacity_ = 0;
  if (size == 0) {
    memory_.reset();
    return capstan::Buffer::allocate(0);
  }
  // Gives back what was reserved too much; shrinking does not move.
  char* memory = static_cast<char*>(std::realloc(memory_.get(), size));
  if (memory) {
    static_cast<void>(memory_.release());
    memory_.reset(memory);
  }
  capstan::Buffer buffer = capstan::Buffer::adopt(
      memory_.get(), size, [](void* opaque) noexcept { std::free(opaque); }, memory_.get());
  static_cast<void>(memory_.release());
  return buffer;
}

}  // namespace fetch
