// Turns, grants, calls into stages, and the end of a run.
#include <algorithm>

#include "engine/engine.hpp"
#include "engine/pipeline.hpp"

namespace capstan::engine {

namespace {

// Outputs that a generator may make in one go: enough to spread the cost of a hop between threads,
// few enough that others get their turn.
constexpr std::size_t kMaxGrant = 16;

}  // namespace

Run*& Pipeline::order_head(const Run& run) const {
  if (run.node.plan.order == graph::Order::global) return run.node.order_head;
  return run.token.job->at[run.node.index].order_head;
}

Run*& Pipeline::order_tail(const Run& run) const {
  if (run.node.plan.order == graph::Order::global) return run.node.order_tail;
  return run.token.job->at[run.node.index].order_tail;
}

bool Pipeline::is_turn(const Run& run) const {
  if (!run.node.is_ordered() || !run.token.job || run.kind == RunKind::finish) return true;
  return order_head(run) == &run;
}

void Pipeline::enter_order(Run& run) {
  if (!run.node.is_ordered() || !run.token.job) return;
  Run*& head = order_head(run);
  Run*& tail = order_tail(run);
  (head ? tail->next_in_order : head) = &run;
  tail = &run;
}

void Pipeline::leave_order(Run& run) {
  if (!run.node.is_ordered() || !run.token.job || run.kind == RunKind::finish) return;
  Run*& head = order_head(run);
  Run*& tail = order_tail(run);
  if (head == &run) {
    head = run.next_in_order;
    if (!head) tail = nullptr;
    return;
  }
  for (Run* before = head; before; before = before->next_in_order) {
    if (before->next_in_order != &run) continue;
    before->next_in_order = run.next_in_order;
    if (tail == &run) tail = before;
    return;
  }
}

bool Pipeline::may_call(Node& node) {
  // What leaves the pipeline frees memory; everything else may take more.
  if (node.out.empty() || !engine_.is_over_budget()) return true;
  if (is_overdrawing_) return true;
  if (std::find(refused_.begin(), refused_.end(), &node) == refused_.end()) {
    refused_.push_back(&node);
  }
  return false;
}

void Pipeline::set_grant(Run& run) {
  run.grant_items = kMaxGrant;
  run.grant_bytes = run.node.plan.queue_bytes;
  const Job* job = run.token.job;
  for (const Edge* edge : run.node.out) {
    run.grant_items = std::min(run.grant_items, edge->room_items(job));
    run.grant_bytes = std::min(run.grant_bytes, edge->room_bytes(job));
  }
  if (!is_turn(run)) run.grant_items = run.node.plan.queue_items - run.outputs.size();
  run.grant_items = std::max<std::size_t>(run.grant_items, 1);
  run.grant_bytes = std::max<std::size_t>(run.grant_bytes, 1);
}

void Pipeline::dispatch(Run& run, Call call) {
  is_overdrawing_ = false;
  if (call == Call::begin) {
    run.slot->request_cancel(false);
    run.input = run.node.plan.retry.n_retries > 0 ? run.token.item : std::move(run.token.item);
  }
  run.call = call;
  run.state = RunState::working;
  run.result = Step::invalid;
  run.has_failed = run.was_cancelled = false;
  run.rank = static_cast<unsigned>(run.node.index);
  run.started_at.store(0, std::memory_order_relaxed);
  set_grant(run);
  if (run.node.plan.timeout.count() > 0 && call != Call::discard) {
    run.has_timed_out = false;
    arm_time_limit(run, run.node.plan.timeout);
  }
  if (run.node.is_sync() || !run.slot->is_constructed()) {
    engine_.submit(run);
  } else {
    run.call_async();
  }
}

void Pipeline::arm_time_limit(Run& run, std::chrono::nanoseconds delay) {
  run.timer = engine_.loop().add_timer(delay, run);
}

void Pipeline::release_slot(Run& run) {
  Slot* slot = std::exchange(run.slot, nullptr);
  if (!slot) return;
  slot->run = nullptr;
  if (run.node.scope() != Scope::job) run.node.free_slots.push_back(slot);
}

void Pipeline::end_run(Run& run) {
  Node& node = run.node;
  if (run.timer) engine_.loop().remove(run.timer);
  if (run.is_waiting) std::erase(node.waiting, &run);
  leave_order(run);
  release_slot(run);
  --node.n_active;
  const RunKind kind = run.kind;
  Token token = std::move(run.token);
  delete &run;
  mark_dirty(node);
  engine_.dispose(std::move(token.item));
  if (node.is_source() || !token.job) {
    node.has_ended = true;
    if (node.is_source()) intake_closed_ = true;
    return;
  }
  // In pipeline scope the stage may hold the item longer; its ticket tells.
  if (node.scope() == Scope::pipeline && kind == RunKind::process) return;
  token.for_each_job([&](Job& job) {
    loop_home.check();
    --job.at[node.index].n_live;
    check_ended(job, node);
  });
}

}  // namespace capstan::engine
