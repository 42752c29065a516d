// How items go from stage to stage.
#include <algorithm>

#include <capstan/sdk/detail/item_access.hpp>

#include "engine/engine.hpp"
#include "engine/pipeline.hpp"

namespace capstan::engine {

/// The hold that a stage of pipeline scope has on an item: its jobs do not end before every copy of
/// the item, and every output that absorbed it, is gone.
class Pipeline::HeldItem final : public Ticket {
 public:
  HeldItem(Pipeline& pipeline, std::size_t node, std::vector<Job*> jobs)
      : jobs(std::move(jobs)), pipeline_(pipeline), node_(node) {}
  ~HeldItem() override { pipeline_.ticket_released(node_, jobs); }
  const std::vector<Job*> jobs;

 private:
  Pipeline& pipeline_;
  const std::size_t node_;
};

void Pipeline::completed(Run& run) {
  completed_.push_back(&run);
  if (!is_pumping_) engine_.schedule();
}

void Pipeline::process(Run& run) {
  if (run.timer) {
    engine_.loop().remove(std::exchange(run.timer, nullptr));
  }
  if (!run.is_abandoned && (run.has_failed || run.was_cancelled || run.has_timed_out)) {
    step_failed(run);
    return;
  }
  const bool has_more = run.result == Step::more && !run.has_failed && !run.was_cancelled;
  run.state = has_more ? RunState::suspended : RunState::finished;
  if (run.is_abandoned) {
    abandon(run);
  } else {
    flush(run);
  }
}

void Pipeline::flush(Run& run) {
  if (!is_turn(run)) {
    // Runs ahead of its turn, in its own slot, by at most a queue's worth.
    const bool has_room = run.outputs.size() < run.node.plan.queue_items;
    if (run.state == RunState::suspended && has_room) return resume(run);
    return wait(run);
  }
  while (!run.outputs.empty()) {
    if (!hand_on(run)) return wait(run);
  }
  if (run.state == RunState::finished) return end_run(run);
  resume(run);
}

void Pipeline::resume(Run& run) {
  if (!may_call(run.node)) return wait(run);
  dispatch(run, Call::next);
}

void Pipeline::wait(Run& run) {
  if (run.is_waiting) return;
  run.is_waiting = true;
  run.node.waiting.push_back(&run);
}

bool Pipeline::hand_on(Run& run) {
  Node& node = run.node;
  Item& item = run.outputs.front();
  if (!item) {
    ++node.n_dropped;
    run.token.for_each_job([](Job& job) { ++job.n_dropped; });
  } else if (node.is_source()) {
    if (!can_admit()) return false;
    ++node.n_out;
    admit_from_source(std::move(item));
  } else {
    const Job* job = run.token.job;
    const bool has_room = std::all_of(node.out.begin(), node.out.end(),
                                      [&](const Edge* edge) { return edge->room_items(job) > 0; });
    if (!has_room) return false;
    ++node.n_out;
    run.has_emitted = true;
    Item output = std::move(item);
    const Token jobs = token_of_output(run, output);
    if (!jobs.job) {
      ++node.n_failed;
      node.logger.error("gave an item that belongs to no job: make it by Item::with or absorb");
    }
    for (Edge* edge : node.out) push(*edge, output, jobs);
    if (node.out.empty()) leave(jobs, std::move(output));
  }
  run.outputs.pop_front();
  return true;
}

Token Pipeline::token_of_output(Run& run, Item& item) {
  Token jobs;
  if (run.node.scope() != Scope::pipeline) {
    jobs.job = run.token.job;
    jobs.more_jobs = run.token.more_jobs;
  } else {
    std::vector<Job*> all;
    const Ref<Ticket> ticket = ItemAccess::take_ticket(item);
    auto add = [&](const Ticket* each) {
      const auto* held = static_cast<const HeldItem*>(each);
      all.insert(all.end(), held->jobs.begin(), held->jobs.end());
    };
    if (const auto* list = dynamic_cast<const TicketList*>(ticket.get())) {
      for (const auto& member : list->members) add(member.get());
    } else if (ticket) {
      add(ticket.get());
    }
    std::sort(all.begin(), all.end(), [](auto* a, auto* b) { return a->number < b->number; });
    all.erase(std::unique(all.begin(), all.end()), all.end());
    if (!all.empty()) jobs.job = all.front();
    if (all.size() > 1) jobs.more_jobs.assign(all.begin() + 1, all.end());
    // The next stage must count the item before this one lets go of it.
    jobs.item = Item();
    ItemAccess::set_ticket(jobs.item, ticket);
  }
  if (!jobs.job) return jobs;
  ItemAccess::set_job(item, Ref<const JobInfo>(jobs.job->info.get()));
  JobAtNode& at = jobs.job->at[run.node.index];
  if (run.node.type().is_one_to_many) {
    ItemAccess::set_index(item, at.n_emitted);
  } else if (run.node.scope() == Scope::item) {
    ItemAccess::set_index(item, run.index);
  }
  ++at.n_emitted;
  return jobs;
}

void Pipeline::push(Edge& edge, Item item, const Token& jobs) {
  Token token;
  token.size_bytes = item.payload()->size_bytes();
  token.item = std::move(item);
  token.job = jobs.job;
  token.more_jobs = jobs.more_jobs;
  if (!token.has_running_job()) return engine_.dispose(std::move(token.item));
  Node& to = edge.to();
  token.for_each_job([&](Job& job) { ++job.at[to.index].n_live; });
  ++to.n_active;
  edge.push(std::move(token));
  mark_dirty(to);
}

void Pipeline::leave(const Token& jobs, Item item) {
  jobs.for_each_job([](Job& job) { ++job.n_outputs; });
  observer_.item_left(*this, item);
  engine_.dispose(std::move(item));
}

void Pipeline::start_runs(Node& node) {
  while (true) {
    const bool has_work =
        !node.retrying.empty() || std::any_of(node.in.begin(), node.in.end(),
                                              [](const Edge* edge) { return edge->size() > 0; });
    if (!has_work || !may_call(node)) return;
    Run* run = next_run(node);
    if (!run) return;
    dispatch(*run, Call::begin);
  }
}

Run* Pipeline::next_run(Node& node) {
  if (node.scope() == Scope::job) {
    for (Edge* edge : node.in) {
      for (Job* job : edge->waiting_jobs()) {
        Slot* slot = job->at[node.index].slot;
        if (slot && !slot->run) return take_token(node, *edge, job, *slot);
      }
    }
    return nullptr;
  }
  if (node.free_slots.empty()) return nullptr;
  Slot& slot = *node.free_slots.back();
  // In an ordered stage the last slot is kept for a retrying item whose turn it is: those that
  // wait behind it hold their slots until it is through.
  const bool is_retrying = !node.retrying.empty() || !node.backing_off.empty();
  const bool is_kept = node.is_ordered() && is_retrying && node.free_slots.size() == 1;
  for (Run* run : node.retrying) {
    if (is_kept && !is_turn(*run)) continue;
    std::erase(node.retrying, run);
    node.free_slots.pop_back();
    stop_waiting(*run);
    run->slot = &slot;
    slot.run = run;
    return run;
  }
  if (is_kept) return nullptr;
  Edge* oldest = nullptr;
  for (Edge* edge : node.in) {
    const Token* front = edge->front();
    if (front && (!oldest || front->job->number < oldest->front()->job->number)) oldest = edge;
  }
  if (!oldest) return nullptr;
  node.free_slots.pop_back();
  return take_token(node, *oldest, nullptr, slot);
}

Run* Pipeline::take_token(Node& node, Edge& edge, Job* job, Slot& slot) {
  auto* run = new Run(node, RunKind::process);
  run->token = edge.pop(job);
  run->edge = &edge;
  run->index = run->token.item.index();
  run->slot = &slot;
  slot.run = run;
  ++node.n_in;
  if (node.scope() == Scope::pipeline) {
    std::vector<Job*> jobs;
    run->token.for_each_job([&](Job& each) { jobs.push_back(&each); });
    ItemAccess::set_ticket(run->token.item, make_ref<HeldItem>(*this, node.index, std::move(jobs)));
  }
  enter_order(*run);
  made_room(edge);
  return run;
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
