// What a run has to hand on.
#pragma once

#include <capstan/sdk/item.hpp>

#include "engine/ring.hpp"

namespace capstan::engine {

/// First in, first out. One item, the usual number, lies in the object itself: no other memory goes
/// back and forth between worker and loop.
class Outputs {
 public:
  bool empty() const noexcept { return size_ == 0; }
  std::size_t size() const noexcept { return size_; }
  /// An empty item at the end.
  Item& add_back() {
    Item& item = size_ == 0 ? first_ : more_.add_back();
    is_first_used_ = is_first_used_ || size_ == 0;
    ++size_;
    return item;
  }
  Item& front() noexcept { return is_first_used_ ? first_ : more_.front(); }
  Item& back() noexcept { return more_.empty() ? first_ : more_.back(); }
  /// For an item that was moved from.
  void drop_front() noexcept {
    is_first_used_ ? static_cast<void>(is_first_used_ = false) : more_.drop_front();
    --size_;
  }
  void drop_back() noexcept {
    more_.empty() ? static_cast<void>(is_first_used_ = false) : more_.drop_back();
    --size_;
  }

 private:
  Item first_;
  std::uint32_t size_ = 0;
  bool is_first_used_ = false;
  Ring<Item> more_;
};

}  // namespace capstan::engine
