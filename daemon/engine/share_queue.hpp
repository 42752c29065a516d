// The tasks that wait for a worker, and which of them is next.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/task.hpp"

namespace capstan::engine {

/// Fair between shares by weight, downstream first within a share, first in first out within a
/// rank.
///
/// Fairness is that of stride scheduling (Waldspurger and Weihl, 1995): each share has a clock that
/// its tasks' time moves on, divided by its weight, and the share whose clock is behind is next. A
/// task is charged what it will probably take when it is taken, and the rest when it has ended;
/// otherwise one share's long tasks would get all workers before the first of them was paid for. A
/// share that comes back from idling starts at the present: idle time is not saved up.
///
/// Home: whoever holds the lock of the pool; nothing here is synchronised.
class ShareQueue {
 public:
  ShareQueue() { add(1); }

  unsigned add(unsigned weight) {
    shares_.push_back({});
    shares_.back().weight = weight;
    return static_cast<unsigned>(shares_.size() - 1);
  }
  void push(WorkerTask& task);
  /// Null when nothing waits.
  WorkerTask* pop();
  /// The difference between what a task took and what it was expected to.
  void settle(unsigned share, std::chrono::nanoseconds took, std::chrono::nanoseconds expected) {
    charge(shares_[share], took.count() - expected.count());
  }
  std::size_t size() const noexcept { return size_; }
  /// Workers that the waiting tasks are worth: one for each that may be long, and one for each
  /// `slice` of the short ones' time.
  std::size_t n_workers_wanted(std::chrono::nanoseconds slice) const noexcept;

 private:
  static constexpr unsigned kRanks = 64;
  struct Fifo {
    WorkerTask* head = nullptr;
    WorkerTask* tail = nullptr;
  };
  struct Share {
    unsigned weight = 1;
    std::uint64_t waiting_ranks = 0;  // bit r: queues[r] is not empty
    std::int64_t clock = 0;
    std::array<Fifo, kRanks> queues = {};
  };
  static void charge(Share& share, std::int64_t ns) { share.clock += ns * 1024 / share.weight; }

  std::vector<Share> shares_;
  std::int64_t now_ = 0;  // the clock of the share served last
  std::size_t size_ = 0;
  std::size_t n_short_ = 0;
  std::chrono::nanoseconds short_time_{0};
};

}  // namespace capstan::engine
