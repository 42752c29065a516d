// Jobs that end before their time, and what of them is under way.
#include <algorithm>

#include "engine/engine.hpp"
#include "engine/pipeline.hpp"

namespace capstan::engine {

void Pipeline::end_job(Job& job, JobState state, std::optional<Failure> failure) {
  if (!job.is_running()) return;
  job.state = state;
  job.failure = std::move(failure);
  sweep(job);
}

/// Ends what is under way of a job that is not running any more.
void Pipeline::sweep(Job& job) {
  std::vector<Job*> touched = drop_tokens();
  touched.push_back(&job);
  for (const auto& node : nodes_) {
    for (Run* run : runs_without_job(*node)) abandon(*run);
  }
  // Jobs may have settled above; they are freed at the end of the pump, so they are still there.
  for (Job* each : touched) {
    for (const auto& node : nodes_) check_ended(*each, *node);
  }
}

/// Returns the jobs of what was dropped: a mixed item counts for others that ended before.
std::vector<Job*> Pipeline::drop_tokens() {
  std::vector<Job*> touched;
  std::vector<std::pair<Node*, Token>> dropped;
  for (const auto& edge : edges_) {
    if (edge->size() > 0) {
      for (Token& token : edge->purge()) dropped.emplace_back(&edge->to(), std::move(token));
    }
    made_room(*edge);
  }
  for (auto& [node, token] : dropped) {
    --node->n_active;
    token.for_each_job([&, at = node](Job& each) {
      --each.at[at->index].n_live;
      touched.push_back(&each);
    });
    engine_.dispose(std::move(token.item));
  }
  return touched;
}

std::vector<Run*> Pipeline::runs_without_job(Node& node) {
  std::vector<Run*> runs;
  // In pipeline scope a call for one job's item may give what was kept of others.
  if (node.scope() == Scope::pipeline && !is_stopping_) return runs;
  auto add = [&](Run* run) {
    if (run && run->token.job && !run->is_abandoned && !run->token.has_running_job()) {
      runs.push_back(run);
    }
  };
  for (const auto& slot : node.slots) add(slot->run);
  for (Run* run : node.backing_off) add(run);
  for (Run* run : node.retrying) add(run);
  return runs;
}

void Pipeline::clear_outputs(Run& run) {
  while (!run.outputs.empty()) {
    engine_.dispose(std::move(run.outputs.front()));
    run.outputs.drop_front();
  }
}

/// Takes a run that waits off its stage's list.
void Pipeline::stop_listing(Run& run) {
  run.is_parked = false;
  if (!std::exchange(run.is_waiting, false)) return;
  std::erase(run.node.waiting, &run);
  std::replace(flushing_.begin(), flushing_.end(), &run, static_cast<Run*>(nullptr));
}

void Pipeline::abandon(Run& run) {
  run.is_abandoned = true;
  switch (run.state) {
    case RunState::working:
      run.slot->request_cancel(true);
      if (run.is_in_stage) run.slot->async().cancel();
      return;  // its completion follows
    case RunState::suspended:
      clear_outputs(run);
      if (run.node.is_sync()) {
        stop_listing(run);
        return dispatch(run, Call::discard);  // a generator is destroyed on a worker
      }
      run.slot->async().cancel();
      break;
    case RunState::backing_off:
      std::erase(run.node.backing_off, &run);
      stop_waiting(run);
      break;
    case RunState::entering:
      std::erase(run.node.retrying, &run);
      stop_waiting(run);
      break;
    case RunState::finished:
    case RunState::invalid:
      break;
  }
  clear_outputs(run);
  end_run(run);
}

}  // namespace capstan::engine
