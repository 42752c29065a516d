// Segments: an output goes straight into the next stage, on the same worker.
//
// With a call the loop lends the worker a slot of the next stage, its place in that stage's order
// included, in the form of a run that only lacks its item. A worker that has an output uses the
// loan; the loop may call it back as long as nobody has. Whoever changes Run::loan first has it. A
// loan is made only where the item would be next in any case: nothing queues before it, and all
// that goes before it in the order was lent a slot as well. So nothing but the way changes.
#include <algorithm>
#include <utility>

#include "engine/engine.hpp"
#include "engine/pipeline.hpp"

namespace capstan::engine {

namespace {

// A generator gives its outputs one by one to the next stage only when each takes longer to make
// than the way through the loop that it costs.
constexpr std::chrono::nanoseconds kLongStep = std::chrono::microseconds(50);

Slot* slot_to_lend(Node& next, const Job& job) {
  if (next.scope() == Scope::job) {
    Slot* slot = job.at[next.index].slot;
    return slot && !slot->run ? slot : nullptr;
  }
  const bool is_retrying = !next.retrying.empty() || !next.backing_off.empty();
  if (next.free_slots.size() <= (is_retrying ? 1U : 0U)) return nullptr;
  return next.free_slots.back();
}

}  // namespace

bool Pipeline::may_lend(const Run& run, const Node& next) const {
  const Node& node = run.node;
  const Edge& edge = *node.follows;
  if (run.kind != RunKind::process || !run.token.job || run.n_to_skip > 0) return false;
  if (!run.outputs.empty()) return false;
  // Each output has a job and an index of its own, which the loop alone can tell.
  if (node.type().separates_jobs) return false;
  if (next.scope() == Scope::job ? edge.front(run.token.job) != nullptr : edge.size() > 0) {
    return false;
  }
  if (edge.room_items(run.token.job) == 0) return false;  // items that pause before another try
  if (node.is_one_to_many) {
    // Several may follow: nobody else's output may come between, and the index must be known.
    const bool is_alone = node.is_ordered() ? !run.before_in_order : node.plan.concurrency == 1;
    if (!is_alone || node.habit.step < kLongStep) return false;
  } else if (node.is_ordered() && run.before_in_order) {
    const Run* lent = run.before_in_order->follower;
    if (node.plan.retry.n_retries > 0 || !lent) return false;
    if (lent->loan.load(std::memory_order_relaxed) == Loan::called_back) return false;
  }
  const std::size_t expected = next.habit.output_bytes;
  return next.out.empty() || engine_.budget().has_room_for(expected, node.habit.output_bytes);
}

/// Whether an item that entered now would run on: a slot of the next stage could be lent, and
/// nothing goes before it by the edge.
bool Pipeline::could_lend(Node& node, Job& job) const {
  Node& next = node.follows->to();
  const Edge& edge = *node.follows;
  if (next.scope() == Scope::job ? edge.front(&job) != nullptr : edge.size() > 0) return false;
  const RunList* order = order_at(node, job);
  const Run* last = order ? order->tail : nullptr;
  return slot_to_lend(next, job) && (!last || last->follower);
}

/// Whether a stage should begin nothing before what is under way in its segment has ended, since
/// then its items can run on. Only where both stages are short: to run ahead gains nothing there,
/// while one item that takes the edge would send all behind it that way, for as long as there is
/// no lack of items.
bool Pipeline::should_wait_to_lend(Node& node, Job& job) const {
  bool can_lend = true;
  Node* last = &node;
  for (; last->follows && !last->is_one_to_many; last = &last->follows->to()) {
    const bool are_short = last->habit.is_short() && last->follows->to().habit.is_short();
    if (!are_short || last->plan.retry.n_retries > 0) break;
    can_lend = can_lend && could_lend(*last, job);
  }
  if (can_lend) return false;
  const Node* at = &node;
  while (at != last && !at->is_working()) at = &at->follows->to();
  return at->is_working();
}

/// After a call: those before it in the segment that waited for it.
void Pipeline::look_again_before(Node& node) {
  for (Node* at = &node; at; at = at->plan.follows_on ? at->in.front()->from() : nullptr) {
    if (std::exchange(at->waits_to_lend, false)) mark_dirty(*at);
  }
}

void Pipeline::lend_next(Run& run) {
  if (!run.node.follows) return;
  Node& next = run.node.follows->to();
  if (!may_lend(run, next)) return;
  Slot* slot = slot_to_lend(next, *run.token.job);
  if (!slot) return;
  if (next.scope() != Scope::job) next.free_slots.pop_back();
  Run& follower = next.new_run(RunKind::process);
  follower.token.job = run.token.job;
  follower.token.more_jobs = run.token.more_jobs;
  follower.edge = run.node.follows;
  follower.slot = slot;
  follower.keeps_input = next.plan.retry.n_retries > 0 || !run.token.more_jobs.empty();
  slot->run = &follower;
  enter_order(follower);
  prepare_step(follower, Call::begin);
  follower.frees_memory = run.frees_memory || is_large(run.node.habit.output_bytes);
  follower.loan.store(Loan::lent, std::memory_order_relaxed);
  next.loans.push_back(&follower);
  run.follower = &follower;
  run.next_index = run.token.job->at[run.node.index].n_emitted;
  if (run.node.is_one_to_many) run.grant_items = 1;
  lend_next(follower);
}

/// After the call: accounts for an item that went on, or takes the loan back.
void Pipeline::settle_loan(Run& run) {
  Run& follower = *std::exchange(run.follower, nullptr);
  Node& next = follower.node;
  if (follower.loan.load(std::memory_order_acquire) != Loan::used) {
    if (follower.slot) withdraw(follower);
    next.give_back(follower);
    return;
  }
  std::erase(next.loans, &follower);
  follower.loan.store(Loan::none, std::memory_order_relaxed);
  engine_.task_followed(follower);
  ++run.node.n_out;
  ++run.node.n_passed_on;
  ++run.n_handed_on;
  ++run.token.job->at[run.node.index].n_emitted;
  ++next.n_in;
  ++next.n_active;
  follower.token.for_each_job([&](Job& job) { ++job.at[next.index].n_live; });
  if (follower.token.has_running_job()) return;
  follower.is_abandoned = true;
  follower.slot->request_cancel(true);
}

bool Pipeline::call_back(Run& follower) {
  Loan lent = Loan::lent;
  if (!follower.loan.compare_exchange_strong(lent, Loan::called_back)) return false;
  withdraw(follower);
  return true;
}

/// Of an ordered stage only the newest: those lent before it come before it.
bool Pipeline::call_back_newest(Node& node) {
  return !node.loans.empty() && call_back(*node.loans.back());
}

/// Undoes lend_next but for the run itself, which the run before still names.
void Pipeline::withdraw(Run& follower) {
  Node& node = follower.node;
  if (Run* next = std::exchange(follower.follower, nullptr)) {
    withdraw(*next);
    next->node.give_back(*next);
  }
  if (follower.timer) engine_.loop().remove(std::exchange(follower.timer, nullptr));
  std::erase(node.loans, &follower);
  release_promise(follower);
  leave_order(follower);
  release_slot(follower);
  follower.token.job = nullptr;
  follower.token.more_jobs.clear();
  mark_dirty(node);
}

}  // namespace capstan::engine
