// Failures, other tries, time limits, cancelling.
#include <algorithm>
#include <cmath>

#include "engine/engine.hpp"
#include "engine/pipeline.hpp"

namespace capstan::engine {

namespace {

std::string time_limit_message(const Node& node) {
  char text[64];
  std::snprintf(text, sizeof(text), "took longer than its timeout of %g s",
                std::chrono::duration<double>(node.plan.timeout).count());
  return text;
}

}  // namespace

void Pipeline::step_failed(Run& run) {
  Node& node = run.node;
  if (run.has_timed_out) {
    run.message = time_limit_message(node);
  } else if (run.was_cancelled) {
    run.message = "was cancelled";
  }
  ++node.n_failed;
  ++run.n_failures;
  if (can_retry(run, run.n_failures)) return back_off(run);
  give_up(run);
}

bool Pipeline::can_retry(const Run& run, unsigned n_failures) const {
  return run.kind == RunKind::process && run.node.scope() == Scope::item && !run.node.is_source() &&
         !run.has_emitted && run.outputs.empty() && n_failures <= run.node.plan.retry.n_retries &&
         run.token.has_running_job();
}

void Pipeline::back_off(Run& run) {
  Node& node = run.node;
  ++node.n_retried;
  node.logger.warn("try " + std::to_string(run.n_failures) + " of '" + run.token.job->info->input +
                   "' failed: " + run.message);
  release_slot(run);
  mark_dirty(node);
  run.state = RunState::backing_off;
  run.edge->add_waiting();
  node.backing_off.push_back(&run);
  const double factor = std::pow(2.0, std::min(run.n_failures - 1, 20U));
  const auto pause = std::chrono::nanoseconds(
      static_cast<std::int64_t>(static_cast<double>(node.plan.retry.backoff.count()) * factor));
  run.timer = engine_.loop().add_timer(pause, run);
}

void Pipeline::timer_fired(Run& run) {
  engine_.loop().remove(std::exchange(run.timer, nullptr));
  if (run.state != RunState::backing_off) return time_limit_reached(run);
  std::erase(run.node.backing_off, &run);
  run.state = RunState::entering;
  run.node.retrying.push_back(&run);
  mark_dirty(run.node);
}

void Pipeline::time_limit_reached(Run& run) {
  // Waiting for a worker does not count: the limit starts when the worker does.
  const auto started = run.started_at.load(std::memory_order_relaxed);
  const auto limit = run.node.plan.timeout;
  if (started == 0) return arm_time_limit(run, limit);
  const auto spent = Loop::Clock::now().time_since_epoch() - Loop::Clock::duration(started);
  if (spent < limit) return arm_time_limit(run, limit - spent);
  run.has_timed_out = true;
  const bool fails_now = run.node.plan.on_error == graph::OnError::fail && run.token.job &&
                         !can_retry(run, run.n_failures + 1);
  if (fails_now) {
    // The job need not wait for a call that may never return; slot and worker stay taken.
    ++run.node.n_failed;
    fail_jobs(run, time_limit_message(run.node));
    return;
  }
  run.slot->request_cancel(true);
  if (run.is_in_stage) run.slot->async().cancel();
}

void Pipeline::give_up(Run& run) {
  Node& node = run.node;
  run.state = RunState::finished;
  const Failure failure{node.plan.id, run.message};
  if (node.is_source()) {
    observer_.source_failed(*this, failure);
  } else if (!run.token.job) {
    // finish() of a pipeline-scope stage: all that it still holds is lost.
    std::vector<Job*> jobs;
    for (const auto& [job, owner] : jobs_) {
      if (job->at[node.index].n_live > 0) jobs.push_back(job);
    }
    for (Job* job : jobs) end_job(*job, JobState::failed, failure);
  } else if (node.plan.on_error == graph::OnError::drop && run.kind == RunKind::process) {
    ++node.n_dropped;
    run.token.for_each_job([](Job& job) { ++job.n_dropped; });
    node.logger.warn("dropped an item of '" + run.token.job->info->input + "': " + run.message);
  } else {
    run.is_abandoned = true;  // ends below, not by the job's end
    fail_jobs(run, run.message);
    clear_outputs(run);
    return end_run(run);
  }
  flush(run);
}

void Pipeline::fail_jobs(Run& run, const std::string& message) {
  std::vector<Job*> jobs;
  run.token.for_each_job([&](Job& job) { jobs.push_back(&job); });
  for (Job* job : jobs) end_job(*job, JobState::failed, Failure{run.node.plan.id, message});
}

void Pipeline::end_job(Job& job, JobState state, std::optional<Failure> failure) {
  if (!job.is_running()) return;
  job.state = state;
  job.failure = std::move(failure);
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
    for (Token& token : edge->purge()) dropped.emplace_back(&edge->to(), std::move(token));
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
  for (Item& item : run.outputs) engine_.dispose(std::move(item));
  run.outputs.clear();
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
        if (run.is_waiting) {
          std::erase(run.node.waiting, &run);
          run.is_waiting = false;
        }
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
