// Memory for a body whose size is not known, or not to be believed.
#pragma once

#include <cstddef>
#include <memory>

#include <capstan/sdk/payload.hpp>

namespace fetch {

/// Grows by half when it is full; large blocks are moved by the kernel without a copy. Moves only.
class Body {
 public:
  /// Room for `size` bytes in all. False when there is no memory.
  bool reserve(std::size_t size) noexcept;
  /// False when there is no memory.
  bool append(const char* data, std::size_t size) noexcept;
  std::size_t size() const noexcept { return size_; }
  /// Gives the memory away without a copy and is empty afterwards.
  capstan::Buffer take();

 private:
  struct Free {
    void operator()(char* memory) const noexcept;
  };
  std::unique_ptr<char, Free> memory_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace fetch
