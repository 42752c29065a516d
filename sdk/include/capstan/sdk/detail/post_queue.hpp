// What waits to be called by a loop, linked through itself: posting takes no memory, so it cannot
// fail.
#pragma once

#include <cstddef>
#include <utility>

#include <capstan/sdk/loop.hpp>

CAPSTAN_BEGIN_NAMESPACE

/// First in, first out. Not locked.
class PostQueue {
 public:
  std::size_t size() const noexcept { return size_; }
  /// A target that waits already keeps its place.
  void push(Wake& target) noexcept {
    if (target.next_posted_) return;
    target.next_posted_ = &target;  // the last one names itself
    if (size_++ > 0) {
      last_->next_posted_ = &target;
    } else {
      first_ = &target;
    }
    last_ = &target;
  }
  /// The target may be pushed again, or destroyed, from here on. Must not be empty.
  Wake& pop() noexcept {
    Wake& target = *first_;
    first_ = std::exchange(target.next_posted_, nullptr);
    --size_;
    return target;
  }

 private:
  Wake* first_ = nullptr;
  Wake* last_ = nullptr;
  std::size_t size_ = 0;
};

CAPSTAN_END_NAMESPACE
