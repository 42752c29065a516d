// What stages of pipeline scope hold of jobs, and let go of.
#include <algorithm>

#include "engine/engine.hpp"
#include "engine/pipeline.hpp"

namespace capstan::engine {

void Pipeline::ticket_released(std::list<Released>& record) noexcept {
  record.front().is_by_engine = current_thread_role == ThreadRole::loop && is_handing_on_;
  {
    MutexLock lock(released_mutex_);
    released_.splice(released_.end(), record);
    has_released_.store(true, std::memory_order_release);
    if (released_.size() > 1) return;
  }
  engine_.loop().post(*this);
}

/// Takes over what was let go of. What a stage let go of within a call waits for the call's end.
void Pipeline::take_released() {
  if (!has_released_.load(std::memory_order_acquire)) return;
  std::list<Released> released;
  {
    MutexLock lock(released_mutex_);
    released.swap(released_);
    has_released_.store(false, std::memory_order_relaxed);
  }
  while (!released.empty()) {
    const Released& each = released.front();
    const Run* run = nodes_[each.node]->slots.front()->run;
    if (!each.is_by_engine && run && run->state == RunState::working) {
      released_in_call_.splice(released_in_call_.end(), released, released.begin());
    } else {
      count_released(each);
      released.pop_front();
    }
  }
}

void Pipeline::count_released(const Released& released) {
  for (Job* job : released.jobs) {
    --job->at[released.node].n_live;
    check_ended(*job, *nodes_[released.node]);
  }
}

/// A call in pipeline scope has ended. What it let go of is lost when it failed: the jobs fail with
/// it, for otherwise they would be done without those items.
void Pipeline::end_releases(const Run& run, bool has_failed) {
  take_released();
  std::list<Released> of_call;
  for (auto each = released_in_call_.begin(); each != released_in_call_.end();) {
    const auto next = std::next(each);
    if (each->node == run.node.index) of_call.splice(of_call.end(), released_in_call_, each);
    each = next;
  }
  if (has_failed && !is_stopping_) {
    const Failure failure{run.node.plan.id, run.has_failed ? run.message
                                                           : "was lost in a call that "
                                                             "did not end in time"};
    for (const Released& each : of_call) {
      for (Job* job : each.jobs) end_job(*job, JobState::failed, failure);
    }
  }
  for (const Released& each : of_call) count_released(each);
}

/// Jobs hold slots of job scope behind a stage that holds their items; where the items that it
/// waits for need those slots, nothing would move again. Then it is asked for what there is, as if
/// the time that it may ask for had come.
void Pipeline::ask_for_held() {
  if (job_nodes_.empty() || is_paused_ || is_draining_ || jobs_.size() == 0) return;
  const auto is_busy = [](const auto& node) { return !node->is_source() && node->n_active > 0; };
  if (std::any_of(nodes_.begin(), nodes_.end(), is_busy) || n_cleanups_ > 0) return;
  if (std::none_of(job_nodes_.begin(), job_nodes_.end(),
                   [](const Node* node) { return node->free_slots.empty(); })) {
    return;
  }
  for (auto node = nodes_.rbegin(); node != nodes_.rend(); ++node) {
    const bool holds = (*node)->scope() == Scope::pipeline && !(*node)->is_source();
    if (!holds || std::exchange((*node)->was_asked, true)) continue;
    tick_due(*(*node)->slots.front());
    return;
  }
}

}  // namespace capstan::engine
