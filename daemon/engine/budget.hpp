// The memory budget: payload bytes in flight, and those that calls under way will probably add.
#pragma once

#include <cstdint>

#include <capstan/sdk/payload.hpp>

#include "loop/thread_role.hpp"

namespace capstan::engine {

/// Home: the loop, but for `account`, `limit` and is_used_up().
///
/// A stage's next output is taken to be as large as its last ones. What consumes more than it gives
/// may use the budget to its end; what makes data grow stops an eighth before, so that those that
/// shrink it always find room to work.
class Budget {
 public:
  explicit Budget(std::size_t limit) : limit_(static_cast<std::int64_t>(limit)) {}

  alignas(64) MemoryAccount account;  // apart: every thread writes it

  std::size_t limit() const noexcept { return static_cast<std::size_t>(limit_); }
  /// Any thread: nothing more fits, whatever was promised.
  bool is_used_up() const noexcept {
    return account.bytes.load(std::memory_order_relaxed) >= limit_;
  }
  /// What nobody uses and nobody was promised; below zero when overdrawn.
  std::int64_t free_bytes() const noexcept CAPSTAN_ON_LOOP {
    return limit_ - account.bytes.load(std::memory_order_relaxed) - promised_;
  }
  /// Whether a call may begin that takes `input` bytes and will probably give `expected`.
  bool has_room_for(std::size_t expected, std::size_t input) const noexcept CAPSTAN_ON_LOOP {
    const auto kept = expected > input || expected == 0 ? limit_ / 8 : 0;
    return static_cast<std::int64_t>(expected) + kept <= free_bytes();
  }
  void promise(std::size_t bytes) noexcept CAPSTAN_ON_LOOP {
    promised_ += static_cast<std::int64_t>(bytes);
  }
  void take_back(std::size_t bytes) noexcept CAPSTAN_ON_LOOP {
    promised_ -= static_cast<std::int64_t>(bytes);
  }

 private:
  alignas(64) const std::int64_t limit_;
  alignas(64) std::int64_t promised_ CAPSTAN_LOOP_ONLY = 0;
};

}  // namespace capstan::engine
