// A queue in one block of memory that grows and is then kept: no allocation in the long run.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

namespace capstan::engine {

/// First in, first out; std::deque frees and allocates a chunk every few elements. T is default
/// constructible, and owns nothing once it was moved from.
template <class T>
class Ring {
 public:
  bool empty() const noexcept { return size_ == 0; }
  std::size_t size() const noexcept { return size_; }
  T& operator[](std::size_t i) noexcept { return slots_[(head_ + i) & (capacity_ - 1)]; }
  const T& operator[](std::size_t i) const noexcept {
    return slots_[(head_ + i) & (capacity_ - 1)];
  }
  T& front() noexcept { return slots_[head_]; }
  T& back() noexcept { return (*this)[size_ - 1]; }
  const T& front() const noexcept { return slots_[head_]; }

  void push_back(T value) { add_back() = std::move(value); }
  /// A place at the end; what was there was moved from.
  T& add_back() {
    if (size_ == capacity_) grow();
    return (*this)[size_++];
  }
  void push_front(T value) {
    if (size_ == capacity_) grow();
    head_ = (head_ + capacity_ - 1) & (capacity_ - 1);
    slots_[head_] = std::move(value);
    ++size_;
  }
  T pop_front() {
    T value = std::move(slots_[head_]);
    head_ = (head_ + 1) & (capacity_ - 1);
    --size_;
    return value;
  }
  /// For ends that were moved from.
  void drop_front() noexcept {
    head_ = (head_ + 1) & (capacity_ - 1);
    --size_;
  }
  void drop_back() noexcept { --size_; }

 private:
  void grow() {
    const std::size_t larger = capacity_ ? 2 * capacity_ : 4;  // a power of two
    auto slots = std::make_unique<T[]>(larger);
    for (std::size_t i = 0; i < size_; ++i) slots[i] = std::move((*this)[i]);
    slots_ = std::move(slots);
    capacity_ = larger;
    head_ = 0;
  }

  std::unique_ptr<T[]> slots_;
  std::size_t capacity_ = 0;
  std::size_t head_ = 0;
  std::size_t size_ = 0;
};

}  // namespace capstan::engine
