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
  return task;
}

}  // namespace capstan::engine
