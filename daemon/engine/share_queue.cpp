#include "engine/share_queue.hpp"

#include <algorithm>
#include <bit>

namespace capstan::engine {

void ShareQueue::push(WorkerTask& task) {
  Share& share = shares_[task.share];
  const unsigned rank = std::min(task.rank, kRanks - 1);
  if (share.waiting_ranks == 0) share.clock = std::max(share.clock, now_);
  Fifo& queue = share.queues[rank];
  task.next = nullptr;
  (queue.head ? queue.tail->next : queue.head) = &task;
  queue.tail = &task;
  share.waiting_ranks |= std::uint64_t{1} << rank;
  ++size_;
  if (!task.is_short) return;
  ++n_short_;
  short_time_ += task.expected;
}

std::size_t ShareQueue::n_workers_wanted(std::chrono::nanoseconds slice) const noexcept {
  const auto slices = static_cast<std::size_t>(short_time_ / slice);
  return size_ - n_short_ + (n_short_ > 0 ? slices + 1 : 0);
}

WorkerTask* ShareQueue::pop() {
  Share* behind = nullptr;
  for (Share& share : shares_) {
    if (share.waiting_ranks && (!behind || share.clock < behind->clock)) behind = &share;
  }
  if (!behind) return nullptr;
  const unsigned rank = 63U - static_cast<unsigned>(std::countl_zero(behind->waiting_ranks));
  Fifo& queue = behind->queues[rank];
  WorkerTask* task = queue.head;
  queue.head = task->next;
  if (!queue.head) behind->waiting_ranks &= ~(std::uint64_t{1} << rank);
  now_ = behind->clock;
  charge(*behind, task->expected.count());
  --size_;
  if (task->is_short) {
    --n_short_;
    short_time_ -= task->expected;
  }
  return task;
}

}  // namespace capstan::engine
