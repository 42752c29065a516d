#include "engine/job.hpp"

#include "engine/run.hpp"

namespace capstan::engine {

void RunList::append(Run& run) noexcept {
  run.before_in_order = tail;
  run.next_in_order = nullptr;
  (tail ? tail->next_in_order : head) = &run;
  tail = &run;
}

void RunList::remove(Run& run) noexcept {
  (run.before_in_order ? run.before_in_order->next_in_order : head) = run.next_in_order;
  (run.next_in_order ? run.next_in_order->before_in_order : tail) = run.before_in_order;
  run.before_in_order = run.next_in_order = nullptr;
}

void JobList::add(Ref<Job> job) noexcept {
  Job* added = job.leak();
  added->previous = newest_;
  (newest_ ? newest_->next : oldest_) = added;
  newest_ = added;
  ++size_;
}

Ref<Job> JobList::remove(Job& job) noexcept {
  (job.previous ? job.previous->next : oldest_) = job.next;
  (job.next ? job.next->previous : newest_) = job.previous;
  job.previous = job.next = nullptr;
  --size_;
  Ref<Job> owner(&job);
  job.release();  // the list's
  return owner;
}

Job* JobList::find(std::uint64_t number) const noexcept {
  for (Job* job = oldest_; job; job = job->next) {
    if (job->number == number) return job;
  }
  return nullptr;
}

}  // namespace capstan::engine
