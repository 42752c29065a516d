#include "engine/simulation/workers.hpp"

#include <algorithm>

#include "engine/run.hpp"

namespace capstan::engine::simulation {

using namespace std::chrono_literals;

Workers::Workers(std::uint64_t seed, Loop& loop)
    : dice_(seed),
      loop_(loop),
      n_workers_(1 + dice_.below(4)),
      is_fair_(dice_.one_in(2)),
      unit_(Duration(2us) * (1U << dice_.below(10))),
      stuck_one_in_(dice_.one_in(3) ? 40 : 1'000'000),
      lag_(dice_.one_in(3) ? 0 : dice_.below(6)) {
  for (unsigned i = 0; i < n_workers_; ++i) workers_.push_back(std::make_unique<Worker>(*this));
}

void Workers::announce_to(Loop&, Wake& target) { target_ = &target; }

void Workers::submit(std::vector<WorkerTask*>& batch) {
  for (WorkerTask* task : batch) {
    if (is_fair_) {
      queue_.push(*task);
    } else {
      queued_.push_back(task);
    }
  }
  if (!batch.empty() && !std::exchange(is_start_posted_, true)) loop_.post(*this);
  batch.clear();
}

void Workers::collect(std::vector<WorkerTask*>& finished) {
  finished.insert(finished.end(), finished_.begin(), finished_.end());
  finished_.clear();
}

bool Workers::begin_substitute() {
  if (n_substitutes_ == n_workers_) return false;
  ++n_substitutes_;
  workers_.push_back(std::make_unique<Worker>(*this));
  wake(0);
  return true;
}

void Workers::end_substitute() {
  --n_substitutes_;
  ++n_surplus_;
}

void Workers::stop() {
  wake(0);
  while (n_busy_ > 0) {
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      if (workers_[i]->task) end(*workers_[i]);
    }
  }
  if (announcement_.timer) loop_.remove(std::exchange(announcement_.timer, nullptr));
}

void Workers::wake(unsigned) noexcept {
  is_start_posted_ = false;
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    if (workers_[i]->task) continue;
    if (n_surplus_ > 0) {
      --n_surplus_;
      workers_.erase(workers_.begin() + static_cast<std::ptrdiff_t>(i--));
      continue;
    }
    WorkerTask* task = next_task();
    if (!task) return;
    ++n_busy_;
    begin(*workers_[i], *task);
  }
}

WorkerTask* Workers::next_task() {
  if (is_fair_) return queue_.pop();
  if (queued_.empty()) return nullptr;
  std::swap(queued_[dice_.below(static_cast<unsigned>(queued_.size()))], queued_.back());
  WorkerTask* task = queued_.back();
  queued_.pop_back();
  return task;
}

Workers::Duration Workers::draw_duration() {
  if (dice_.one_in(stuck_one_in_)) return unit_ * 1000 + 50ms;
  return dice_.one_in(4) ? Duration(0) : unit_ * (1 + dice_.below(8));
}

void Workers::begin(Worker& worker, WorkerTask& task) {
  worker.task = &task;
  worker.following = nullptr;
  worker.has_run = false;
  worker.duration = draw_duration();
  enter(task);
  task.mark_started(loop_.now());
  if (dice_.one_in(2)) execute(worker);
  worker.timer = loop_.add_timer(worker.duration, worker);
}

void Workers::execute(Worker& worker) {
  const RoleScope role(ThreadRole::worker);
  worker.has_run = true;
  worker.following = worker.task->run();
}

void Workers::end(Worker& worker) {
  loop_.remove(std::exchange(worker.timer, nullptr));
  if (!worker.has_run) execute(worker);
  WorkerTask* task = std::exchange(worker.task, nullptr);
  task->took = worker.duration;
  leave(*task);
  if (is_fair_) queue_.settle(task->share, task->took, task->expected);
  finished_.push_back(task);
  if (lag_ == 0) {
    loop_.post(*target_);
  } else if (!announcement_.timer) {
    announcement_.timer = loop_.add_timer(unit_ * dice_.below(lag_ + 1), announcement_);
  }
  if (worker.following) return begin(worker, *worker.following);
  --n_busy_;
  wake(0);
}

void Workers::announce() {
  loop_.remove(std::exchange(announcement_.timer, nullptr));
  loop_.post(*target_);
}

void Workers::enter(WorkerTask& task) {
  const auto* run = dynamic_cast<const Run*>(&task);
  if (run && !entered_.insert(run->slot).second) {
    fault_ = "an instance of stage " + run->node.plan.id + " is entered twice at once";
  }
}

void Workers::leave(WorkerTask& task) {
  if (const auto* run = dynamic_cast<const Run*>(&task)) entered_.erase(run->slot);
}

}  // namespace capstan::engine::simulation
