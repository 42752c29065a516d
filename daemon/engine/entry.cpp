// Which items enter a stage, and when.
#include <algorithm>

#include <capstan/sdk/detail/item_access.hpp>

#include "engine/engine.hpp"
#include "engine/held_item.hpp"
#include "engine/pipeline.hpp"

namespace capstan::engine {

bool Pipeline::may_call(Node& node, std::size_t input_bytes) {
  if (is_paused_) return false;  // resume() looks again
  // What leaves the pipeline frees memory; everything else may take more.
  if (node.out.empty() || is_overdrawing_) return true;
  if (engine_.budget().has_room_for(node.habit.output_bytes, input_bytes)) return true;
  if (!node.is_refused) refused_.push_back(&node);
  node.is_refused = true;
  return false;
}

void Pipeline::start_runs(Node& node) {
  while (Run* run = node.scope() == Scope::job ? next_run_of_jobs(node) : next_run(node)) {
    dispatch(*run, Call::begin);
  }
}

/// The oldest job first whose own instance is free.
Run* Pipeline::next_run_of_jobs(Node& node) {
  Slot* chosen = nullptr;
  Edge* from = nullptr;
  for (Edge* edge : node.in) {
    if (edge->size() == 0) continue;
    for (const auto& slot : node.slots) {
      const bool is_free = slot->job && (!slot->run || slot->run->loan == Loan::lent);
      if (!is_free || !edge->front(slot->job)) continue;
      if (chosen && chosen->job->number <= slot->job->number) continue;
      chosen = slot.get();
      from = edge;
    }
  }
  if (!chosen || !may_call(node, from->front(chosen->job)->size_bytes)) return nullptr;
  if (chosen->run && !call_back(*chosen->run)) return nullptr;
  return take_token(node, *from, chosen->job, *chosen);
}

Run* Pipeline::next_run(Node& node) {
  Edge* oldest = nullptr;
  for (Edge* edge : node.in) {
    const Token* front = edge->front();
    if (front && (!oldest || front->job->number < oldest->front()->job->number)) oldest = edge;
  }
  if (!oldest && node.retrying.empty()) return nullptr;
  const std::size_t size = oldest ? oldest->front()->size_bytes : 0;
  if (!may_call(node, size)) return nullptr;
  if (node.free_slots.empty() && !call_back_newest(node)) return nullptr;
  // In an ordered stage the last slot is kept for a retrying item whose turn it is: those that
  // wait behind it hold their slots until it is through.
  const bool is_retrying = !node.retrying.empty() || !node.backing_off.empty();
  const bool is_kept = node.is_ordered() && is_retrying && node.free_slots.size() == 1;
  if (Run* run = next_retry(node, is_kept)) return run;
  if (is_kept || !oldest) return nullptr;
  if (node.follows && should_wait_to_lend(node, *oldest->front()->job)) {
    node.waits_to_lend = true;
    return nullptr;
  }
  Slot& slot = *node.free_slots.back();
  node.free_slots.pop_back();
  return take_token(node, *oldest, nullptr, slot);
}

Run* Pipeline::next_retry(Node& node, bool is_kept) {
  for (Run* run : node.retrying) {
    if (is_kept && !is_turn(*run)) continue;
    std::erase(node.retrying, run);
    run->slot = node.free_slots.back();
    node.free_slots.pop_back();
    run->slot->run = run;
    stop_waiting(*run);
    return run;
  }
  return nullptr;
}

Run* Pipeline::take_token(Node& node, Edge& edge, const Job* job, Slot& slot) {
  Run& run = node.new_run(RunKind::process);
  edge.pop(job, run.token);
  run.edge = &edge;
  run.index = run.token.item.index();
  run.slot = &slot;
  slot.run = &run;
  ++node.n_in;
  const bool is_mixed = !run.token.more_jobs.empty();
  run.keeps_input = node.plan.retry.n_retries > 0 || (is_mixed && node.scope() == Scope::item);
  if (node.scope() == Scope::pipeline) {
    node.was_asked = false;
    std::vector<Job*> jobs;
    run.token.for_each_job([&](Job& each) { jobs.push_back(&each); });
    run.ticket = make_ref<HeldItem>(*this, node.index, std::move(jobs));
    ItemAccess::set_ticket(run.token.item, run.ticket);
  }
  enter_order(run);
  made_room(edge);
  return &run;
}

void Pipeline::made_room(Edge& edge) {
  // The pump looks at the intake each round, and a dirty node makes it go another.
  mark_dirty(edge.from() ? *edge.from() : edge.to());
}

void Pipeline::stop_waiting(Run& run) {
  run.edge->remove_waiting();
  made_room(*run.edge);
}

}  // namespace capstan::engine
