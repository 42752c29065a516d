// Turns, grants, calls into stages, and the end of a run.
#include <algorithm>

#include "engine/engine.hpp"
#include "engine/pipeline.hpp"

namespace capstan::engine {

namespace {

// Outputs that a generator may make in one go: enough to spread the cost of a hop between threads,
// few enough that others get their turn.
constexpr std::size_t kMaxGrant = 16;

// A step whose input is a smaller part of the memory budget than this frees nothing that matters.
constexpr std::size_t kSmallPart = 1024;

}  // namespace

/// Whether a step with an input of this size frees memory that matters.
bool Pipeline::is_large(std::size_t size_bytes) const {
  return size_bytes >= engine_.budget().limit() / kSmallPart;
}

/// The list that items of a job wait in for their turn; null where there is no order.
RunList* Pipeline::order_at(Node& node, Job& job) {
  if (!node.is_ordered()) return nullptr;
  // An item of several jobs comes behind those of each of them.
  if (node.plan.order == graph::Order::global || node.is_behind_mixer) return &node.order;
  return &job.at[node.index].order;
}

bool Pipeline::is_turn(const Run& run) { return !run.order || run.order->head == &run; }

void Pipeline::enter_order(Run& run) {
  const bool has_turn = run.token.job && run.kind == RunKind::process;
  run.order = has_turn ? order_at(run.node, *run.token.job) : nullptr;
  if (run.order) run.order->append(run);
}

void Pipeline::leave_order(Run& run) {
  if (!run.order) return;
  RunList& order = *std::exchange(run.order, nullptr);
  order.remove(run);
  Run* head = order.head;
  if (!head || !std::exchange(head->is_parked, false)) return;
  wait(*head);  // its turn has come
  mark_dirty(head->node);
}

void Pipeline::set_grant(Run& run) {
  Node& node = run.node;
  const Budget& budget = engine_.budget();
  const std::size_t expected = node.habit.output_bytes;
  run.grant_items = 1;
  run.grant_bytes = std::max<std::size_t>(node.plan.queue_bytes, 1);
  if (node.is_one_to_many) {
    const auto free = static_cast<std::size_t>(std::max<std::int64_t>(budget.free_bytes(), 0));
    std::size_t items = is_turn(run) ? kMaxGrant : node.plan.queue_items - run.outputs.size();
    for (const Edge* edge : node.out) {
      if (is_turn(run)) items = std::min(items, edge->room_items(run.token.job));
      run.grant_bytes = std::min(run.grant_bytes, edge->room_bytes(run.token.job));
    }
    // Of unknown size: one, to see.
    items = expected == 0 ? 1 : std::min(items, free / expected);
    run.grant_items = static_cast<std::uint32_t>(std::max<std::size_t>(items, 1));
    run.grant_bytes = std::max<std::size_t>(std::min(run.grant_bytes, free), 1);
  }
  run.promised_bytes = expected * run.grant_items;
  engine_.budget().promise(run.promised_bytes);
}

void Pipeline::release_promise(Run& run) {
  engine_.budget().take_back(std::exchange(run.promised_bytes, 0));
}

void Pipeline::prepare_step(Run& run, Call call) {
  Node& node = run.node;
  if (call != Call::next) {
    if (run.slot->is_cancelled()) run.slot->request_cancel(false);
    run.counts_as_work = !node.is_sync() && !node.is_source() && is_large(run.token.size_bytes);
  }
  run.frees_memory = call == Call::discard || run.kind != RunKind::process ||
                     (!node.is_source() && is_large(run.token.size_bytes));
  run.call = call;
  run.state = RunState::working;
  run.result = Step::invalid;
  run.has_failed = run.was_cancelled = false;
  run.largest_output = 0;
  run.rank = static_cast<unsigned>(node.index);
  run.share = share_;
  run.expected = node.habit.step;
  run.is_short = node.habit.is_short();
  run.started_at.store(0, std::memory_order_relaxed);
  set_grant(run);
  if (node.plan.timeout.count() > 0 && call != Call::discard) {
    run.has_timed_out = false;
    arm_time_limit(run, node.plan.timeout);
  }
}

void Pipeline::dispatch(Run& run, Call call) {
  const bool is_overdraft = std::exchange(is_overdrawing_, false);
  prepare_step(run, call);
  // One at a time, whatever its input.
  run.frees_memory = run.frees_memory || is_overdraft;
  run.counts_as_work = run.counts_as_work || (is_overdraft && !run.node.is_sync());
  if (run.node.follows && call != Call::discard) lend_next(run);
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
  if (run.timer) engine_.loop().remove(std::exchange(run.timer, nullptr));
  stop_listing(run);
  leave_order(run);
  Slot* slot = run.slot;
  release_slot(run);
  --node.n_active;
  mark_dirty(node);
  if (slot && node.scope() != Scope::item && slot->take_due_tick()) tick_due(*slot);
  if (run.token.item) engine_.dispose(std::move(run.token.item));
  end_token(run);
  run.token.job = nullptr;
  run.token.more_jobs.clear();
  run.ticket = {};
  node.give_back(run);
}

/// What the end of a run means for its jobs, or for its stage.
void Pipeline::end_token(const Run& run) {
  Node& node = run.node;
  if (!run.token.job) {
    if (node.is_source()) {
      close_epoch();
      intake_closed_ = true;
    }
    node.has_ended = node.has_ended || run.kind != RunKind::tick;
    return;
  }
  // In pipeline scope the stage may hold the item longer; its ticket tells.
  if (node.scope() == Scope::pipeline && run.kind == RunKind::process) return;
  run.token.for_each_job([&](Job& job) {
    loop_home.check();
    --job.at[node.index].n_live;
    check_ended(job, node);
  });
}

}  // namespace capstan::engine
