#include "engine/heap.hpp"

#include <malloc.h>

namespace capstan::engine {

namespace {

// A page of new memory costs about as much as four pages of copying, so smaller buffers, whose
// holes cost less, are used again. Between 1080p (3 MiB) and 4K (12 MiB) in YUV 4:2:0.
constexpr int kLargeBuffer = 4 << 20;

}  // namespace

void return_large_buffers() noexcept {
#if defined(__GLIBC__)
  // Either also ends the learning. What is free at an arena's end stays within reason.
  ::mallopt(M_MMAP_THRESHOLD, kLargeBuffer);
  ::mallopt(M_TRIM_THRESHOLD, 2 * kLargeBuffer);
#endif
}

}  // namespace capstan::engine
