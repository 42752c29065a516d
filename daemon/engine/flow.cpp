// How items go from stage to stage.
#include <algorithm>

#include <capstan/sdk/detail/item_access.hpp>

#include "engine/engine.hpp"
#include "engine/held_item.hpp"
#include "engine/pipeline.hpp"

namespace capstan::engine {

void Pipeline::completed(Run& run) {
  completed_.push_back(&run);
  if (!is_pumping_) engine_.schedule();
}

void Pipeline::process(Run& run) {
  if (run.timer) engine_.loop().remove(std::exchange(run.timer, nullptr));
  if (std::exchange(run.has_substitute, false)) engine_.executor().end_substitute();
  release_promise(run);
  if (run.node.is_sync() && run.call != Call::discard) {
    run.node.habit.learn(run.took, run.largest_output);
  } else {
    run.node.habit.learn(run.node.habit.step, run.largest_output);
  }
  if (run.follower) settle_loan(run);
  look_again_before(run.node);
  if (run.node.scope() != Scope::item) run.slot->arm_tick();
  const bool has_failed = run.has_failed || run.was_cancelled || run.has_timed_out;
  if (has_failed && run.result == Step::more) {
    // What is suspended would stay in the instance until its next item.
    if (!run.node.is_sync()) {
      run.slot->async().cancel();
    } else if (!run.has_failed && !run.was_cancelled) {
      return dispatch(run, Call::discard);  // on a worker; then it fails
    }
  }
  if (run.node.scope() == Scope::pipeline && !run.node.is_source()) end_releases(run, has_failed);
  if (!run.is_abandoned && has_failed) {
    step_failed(run);
    return;
  }
  const bool has_more = run.result == Step::more && !run.has_failed && !run.was_cancelled;
  run.state = has_more ? RunState::suspended : RunState::finished;
  if (run.is_abandoned) {
    if (run.node.scope() == Scope::pipeline && !run.node.is_source()) lose_outputs(run);
    abandon(run);
  } else {
    flush(run);
  }
}

void Pipeline::flush(Run& run) {
  if (run.outputs.empty() && run.state == RunState::finished) return end_run(run);
  if (!is_turn(run)) {
    // Runs ahead of its turn, in its own slot, by at most a queue's worth.
    const bool has_room = run.outputs.size() < run.node.plan.queue_items;
    if (run.state == RunState::suspended && has_room) return resume(run);
    run.is_parked = true;  // until those before it are through; see leave_order
    return;
  }
  while (!run.outputs.empty()) {
    if (!hand_on(run)) return wait(run);
  }
  if (run.state == RunState::finished) return end_run(run);
  resume(run);
}

void Pipeline::resume(Run& run) {
  if (!may_call(run.node, run.node.habit.output_bytes)) return wait(run);
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
  if (run.n_to_skip > 0) {
    --run.n_to_skip;  // an earlier try gave it already
  } else if (!item) {
    ++run.n_handed_on;  // another try gives it again
    ++node.n_dropped;
    run.token.for_each_job([](Job& job) { ++job.n_dropped; });
  } else if (node.is_source()) {
    if (!take_from_source(node, item)) return false;
  } else if (node.is_plain ? !hand_on_plain(run, item) : !hand_on_item(run, item)) {
    return false;
  }
  if (item) engine_.dispose(std::move(item));
  run.outputs.drop_front();
  return true;
}

/// The common case: at most one edge, and the output belongs to the job of the input.
bool Pipeline::hand_on_plain(Run& run, Item& item) {
  Node& node = run.node;
  if (!run.token.more_jobs.empty()) return hand_on_item(run, item);
  Job& job = *run.token.job;
  Edge* edge = node.out.empty() ? nullptr : node.out.front();
  if (edge && edge->room_items(&job) == 0) return false;
  ++node.n_out;
  ++run.n_handed_on;
  run.address(item, job.at[node.index].n_emitted++);
  if (edge) {
    push(*edge, std::move(item), job);
  } else {
    ++job.n_outputs;
    leave(std::move(item));
  }
  return true;
}

bool Pipeline::hand_on_item(Run& run, Item& item) {
  Node& node = run.node;
  const Job* job = run.token.job;
  if (node.type().separates_jobs && item.has_job()) {  // room is needed where it will go
    run.token.for_each_job([&](const Job& each) {
      if (&item.job() == &each) job = &each;
    });
  }
  const bool has_room = std::all_of(node.out.begin(), node.out.end(), [&](const Edge* edge) {
    return !edge->takes(item) || edge->room_items(job) > 0;
  });
  if (!has_room) return false;
  ++node.n_out;
  ++run.n_handed_on;
  Item output = std::move(item);
  Token jobs = token_of_output(run, output);
  if (!jobs.job) {
    ++node.n_failed;
    node.logger.error("gave an item that belongs to no job: make it by Item::with or absorb");
    return true;
  }
  if (node.out.empty()) {
    jobs.for_each_job([](Job& each) { ++each.n_outputs; });
    leave(std::move(output));
  } else if (node.out.size() == 1 && node.plan.paths.empty()) {
    push(*node.out.front(), std::move(output), jobs);
  } else {
    for (Edge* edge : node.out) {
      if (edge->takes(output)) push(*edge, output, jobs);
    }
  }
  is_handing_on_ = true;
  jobs.item = Item();  // the stage's hold
  is_handing_on_ = false;
  return true;
}

/// Whose output this is. In pipeline scope its tickets tell; behind a batch of several jobs, a
/// stage that separates them goes by the item that the output was made from.
void Pipeline::find_jobs(const Run& run, Item& item, Token& jobs) {
  if (run.node.scope() == Scope::pipeline) {
    const Ref<Ticket> ticket = ItemAccess::take_ticket(item);
    std::vector<Job*> all = HeldItem::jobs_of(ticket.get());
    if (!all.empty()) jobs.job = all.front();
    if (all.size() > 1) jobs.more_jobs.assign(all.begin() + 1, all.end());
    // The next stage must count the item before this one lets go of it.
    jobs.item = Item();
    ItemAccess::set_ticket(jobs.item, ticket);
    return;
  }
  ItemAccess::take_ticket(item);  // a member of a batch may still have one
  jobs.job = run.token.job;
  if (run.node.type().separates_jobs && item.has_job()) {
    run.token.for_each_job([&](Job& each) {
      if (&item.job() == &each) jobs.job = &each;
    });
  } else {
    jobs.more_jobs = run.token.more_jobs;
  }
}

Token Pipeline::token_of_output(Run& run, Item& item) {
  Token jobs;
  find_jobs(run, item, jobs);
  if (!jobs.job) return jobs;
  const bool is_separate = run.node.type().separates_jobs;
  if (!is_separate && run.node.scope() != Scope::pipeline) {
    run.address(item, jobs.job->at[run.node.index].n_emitted++);
    return jobs;
  }
  ItemAccess::set_job(item, Ref<const JobInfo>(jobs.job));
  // Members keep the index that they had; the others stand for no single job.
  if (!is_separate) ItemAccess::set_index(item, run.node.n_out - 1);
  ++jobs.job->at[run.node.index].n_emitted;
  return jobs;
}

void Pipeline::push(Edge& edge, Item item, const Token& jobs) {
  if (jobs.more_jobs.empty()) return push(edge, std::move(item), *jobs.job);
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

void Pipeline::push(Edge& edge, Item&& item, Job& job) {
  if (!job.is_running()) return engine_.dispose(std::move(item));
  Node& to = edge.to();
  ++job.at[to.index].n_live;
  ++to.n_active;
  edge.push(std::move(item), job);
  mark_dirty(to);
}

void Pipeline::leave(Item&& item) {
  tell([&] {
    loop_home.check();
    observer_.item_left(*this, item);
  });
  engine_.dispose(std::move(item));
}

}  // namespace capstan::engine
