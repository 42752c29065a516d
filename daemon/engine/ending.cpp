// Jobs end, stage by stage, and settle.
#include <algorithm>
#include <functional>

#include "engine/engine.hpp"
#include "engine/pipeline.hpp"

namespace capstan::engine {

namespace {

/// Destroys a job's own instance on a worker and gives the slot back.
class SlotCleanup final : public WorkerTask {
 public:
  SlotCleanup(Slot& slot, std::function<void()> then) : slot_(slot), then_(std::move(then)) {}
  WorkerTask* run() noexcept override {
    slot_.destroy();
    return nullptr;
  }
  void done() noexcept override {
    const auto then = std::move(then_);
    delete this;
    then();
  }

 private:
  Slot& slot_;
  std::function<void()> then_;
};

}  // namespace

bool Pipeline::has_ended_before(const Job& job, const Node& node) const {
  return std::all_of(node.in.begin(), node.in.end(), [&](const Edge* edge) {
    return !edge->from() || job.at[edge->from()->index].has_ended;
  });
}

void Pipeline::check_ended(Job& job, Node& node) {
  JobAtNode& at = job.at[node.index];
  if (at.has_ended || at.n_live > 0 || !has_ended_before(job, node)) return;
  // The source alone knows when an epoch is over, unless nobody wants the rest of it.
  if (node.is_source() && job.is_running()) return;
  if (node.scope() == Scope::job && !at.finish_started) {
    if (job.is_running()) {
      if (is_paused_) return;  // resume() looks again
      at.finish_started = true;
      ++at.n_live;
      return start_own_call(node, *at.slot, &job, RunKind::finish);
    }
    at.finish_started = true;
  }
  at.has_ended = true;
  ++job.n_ended;
  if (node.scope() == Scope::job) release_job_slot(job, node);
  for (Edge* edge : node.out) check_ended(job, edge->to());
  if (job.n_ended == nodes_.size()) settle(job);
}

/// A call that no item asked for: finish() or tick(), of a job's instance or of the stage's one.
void Pipeline::start_own_call(Node& node, Slot& slot, Job* job, RunKind kind) {
  Run& run = node.new_run(kind);
  run.token.job = job;
  run.slot = &slot;
  slot.run = &run;
  if (node.scope() != Scope::job) std::erase(node.free_slots, &slot);
  if (kind == RunKind::finish) slot.cancel_tick();
  ++node.n_active;
  dispatch(run, kind == RunKind::finish ? Call::finish : Call::tick);
}

void Pipeline::tick_due(Slot& slot) {
  Node& node = slot.node();
  if (is_paused_) return slot.keep_tick();
  const bool is_of_job = node.scope() == Scope::job;
  if (state_ != State::running || (is_of_job ? !slot.job : node.finish_started)) return;
  if (is_of_job) {
    JobAtNode& at = slot.job->at[node.index];
    if (at.finish_started || !slot.job->is_running()) return;
    ++at.n_live;
  }
  slot.take_due_tick();
  start_own_call(node, slot, slot.job, RunKind::tick);
}

void Pipeline::release_job_slot(Job& job, Node& node) {
  Slot* slot = std::exchange(job.at[node.index].slot, nullptr);
  if (!slot) return;
  slot->job = nullptr;
  slot->cancel_tick();
  slot->stop();
  ++n_cleanups_;
  auto give_back = [this, slot, at = &node] {
    loop_home.check();
    --n_cleanups_;
    at->free_slots.push_back(slot);
    for (const auto& each : nodes_) {
      if (each->is_source()) mark_dirty(*each);
    }
    engine_.schedule();
  };
  auto* cleanup = new SlotCleanup(*slot, std::move(give_back));
  cleanup->share = share_;
  engine_.submit(*cleanup);
}

void Pipeline::settle(Job& job) {
  if (job.is_settled) return;
  job.is_settled = true;
  for (const auto& edge : edges_) edge->forget(&job);
  if (epoch_.job == &job) close_epoch();
  if (job.is_running()) job.state = JobState::done;
  settled_.push_back(jobs_.remove(job));
  tell([&] {
    loop_home.check();
    observer_.job_settled(*this, {job, job.state, job.failure, job.n_outputs, job.n_dropped});
  });
  count_settled(job);
}

}  // namespace capstan::engine
