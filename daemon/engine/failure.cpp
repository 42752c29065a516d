// Failures: other tries, time limits, and when too many are too many.
#include <algorithm>
#include <cmath>

#include <capstan/sdk/detail/item_access.hpp>
#include <capstan/sdk/list.hpp>

#include "engine/engine.hpp"
#include "engine/held_item.hpp"
#include "engine/pipeline.hpp"

namespace capstan::engine {

namespace {

using graph::FailureLimit;
using graph::OnError;

constexpr std::chrono::nanoseconds kLongestPause = std::chrono::minutes(5);

// Between two attempts to find another worker in place of one that is stuck.
constexpr std::chrono::nanoseconds kSubstitutePause = std::chrono::seconds(1);

std::string time_limit_message(const Node& node) {
  char text[64];
  std::snprintf(text, sizeof(text), "took longer than its timeout of %g s",
                std::chrono::duration<double>(node.plan.timeout).count());
  return text;
}

bool is_exceeded(const FailureLimit& limit, std::uint64_t n_failed, std::uint64_t n_all) {
  if (limit.max_failures && n_failed > *limit.max_failures) return true;
  return limit.max_rate > 0 && n_all >= FailureLimit::kMinForRate &&
         static_cast<double>(n_failed) > limit.max_rate * static_cast<double>(n_all);
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
  const Node& node = run.node;
  return run.kind == RunKind::process && node.scope() == Scope::item && !node.is_source() &&
         (run.n_handed_on == 0 || node.type().is_replayable) &&
         n_failures <= node.plan.retry.n_retries && run.token.has_running_job();
}

void Pipeline::back_off(Run& run) {
  Node& node = run.node;
  ++node.n_retried;
  node.logger.warn("try " + std::to_string(run.n_failures) + " of '" + run.token.job->input +
                   "' failed: " + run.message);
  clear_outputs(run);
  run.n_to_skip = run.n_handed_on;
  release_slot(run);
  mark_dirty(node);
  run.state = RunState::backing_off;
  run.edge->add_waiting();
  node.backing_off.push_back(&run);
  const double factor = std::pow(2.0, std::min(run.n_failures - 1, 30U));
  const double pause = static_cast<double>(node.plan.retry.backoff.count()) * factor;
  const double longest = static_cast<double>(kLongestPause.count());
  run.timer = engine_.loop().add_timer(
      engine_.jitter(std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(pause, longest)))),
      run);
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
  if (run.has_timed_out) return replace_worker(run);  // there was none to be had
  // Waiting for a worker does not count: the limit starts when the worker does.
  const auto started = run.started_at.load(std::memory_order_relaxed);
  const auto limit = run.node.plan.timeout;
  if (started == 0) return arm_time_limit(run, limit);
  const auto spent = engine_.loop().now().time_since_epoch() - Loop::Clock::duration(started);
  if (spent < limit) return arm_time_limit(run, limit - spent);
  if (run.follower) {
    // An output that came in time has gone on, and this call is over; one that comes now may not.
    call_back(*run.follower);
    if (run.follower->loan.load(std::memory_order_relaxed) == Loan::used) return;
  }
  run.has_timed_out = true;
  if (run.node.is_sync()) replace_worker(run);
  const bool fails_now = run.node.plan.on_error != OnError::drop && run.token.job &&
                         !can_retry(run, run.n_failures + 1);
  if (fails_now) {
    // The job need not wait for a call that may never return; slot and worker stay taken.
    ++run.node.n_failed;
    fail_jobs(run, time_limit_message(run.node));
    if (!run.is_abandoned) abandon(run);
    return;
  }
  run.slot->request_cancel(true);
  if (run.is_in_stage) run.slot->async().cancel();
}

/// A worker that is in a call beyond its time limit may never come back: another takes its place,
/// or the others do its work until one can be had.
void Pipeline::replace_worker(Run& run) {
  run.has_substitute = engine_.begin_substitute(run.node.logger);
  if (!run.has_substitute) arm_time_limit(run, kSubstitutePause);
}

void Pipeline::give_up(Run& run) {
  Node& node = run.node;
  run.state = RunState::finished;
  if (run_members_alone(run)) return;
  if (node.is_source()) {
    tell([&] {
      loop_home.check();
      observer_.source_failed(*this, {node.plan.id, run.message});
    });
  } else if (!run.token.job) {
    fail_held_jobs(node, {node.plan.id, run.message});
  } else if (node.plan.on_error == OnError::drop && run.kind == RunKind::process) {
    if (run.has_timed_out) clear_outputs(run);  // what came too late
    ++node.n_dropped;
    run.token.for_each_job([](Job& job) { ++job.n_dropped; });
    node.logger.warn("dropped an item of '" + run.token.job->input + "': " + run.message);
    count_given_up(node);
  } else {
    run.is_abandoned = true;  // ends below, not by the job's end
    fail_jobs(run, run.message);
    if (node.scope() != Scope::pipeline) {
      clear_outputs(run);
      return end_run(run);
    }
    run.is_abandoned = false;  // what it gave before it failed may be of other jobs
  }
  flush(run);
}

/// A batch of several jobs failed: each job's part is run again without the others, so that only
/// the culprits fail. Done once, and only where nothing of it has gone on.
bool Pipeline::run_members_alone(Run& run) {
  const bool is_mixed = run.kind == RunKind::process && !run.token.more_jobs.empty();
  if (!is_mixed || run.token.is_alone || run.n_handed_on > 0 || !run.keeps_input) return false;
  const auto* list = run.token.item.get_if<ItemList>();
  if (!list || !run.edge) return false;
  run.node.logger.warn("a batch of " + std::to_string(run.token.more_jobs.size() + 1) +
                       " jobs failed, each is tried alone: " + run.message);
  std::vector<Token> parts;
  run.token.for_each_job([&](Job& job) {
    std::vector<Item> members;
    for (const Item& member : list->items()) {
      if (member.has_job() && &member.job() == &job) members.push_back(member);
    }
    Token part;
    part.job = &job;
    part.item = run.token.item.with(make_ref<ItemList>(std::move(members)));
    part.item.payload()->charge(engine_.budget().account);
    part.size_bytes = part.item.payload()->size_bytes();
    part.is_alone = true;
    parts.push_back(std::move(part));
  });
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    if (!part->job->is_running()) continue;
    ++part->job->at[run.node.index].n_live;
    ++run.node.n_active;
    run.edge->push_front(std::move(*part));
  }
  clear_outputs(run);
  end_run(run);
  return true;
}

/// finish() or tick() of a stage of pipeline scope: all that it still holds is lost.
void Pipeline::fail_held_jobs(Node& node, const Failure& failure) {
  std::vector<Job*> jobs;
  for (Job* job = jobs_.oldest(); job; job = job->next) {
    if (job->at[node.index].n_live > 0) jobs.push_back(job);
  }
  for (Job* job : jobs) end_job(*job, JobState::failed, failure);
}

/// Discards the outputs of a call that nobody waits for. In pipeline scope those of other jobs may
/// be among them, which would be done without them.
void Pipeline::lose_outputs(Run& run) {
  std::vector<Job*> jobs;
  while (!run.outputs.empty()) {
    const Ref<Ticket> ticket = ItemAccess::take_ticket(run.outputs.front());
    for (Job* job : HeldItem::jobs_of(ticket.get())) jobs.push_back(job);
    engine_.dispose(std::move(run.outputs.front()));
    run.outputs.drop_front();
  }
  for (Job* job : jobs) {
    end_job(*job, JobState::failed,
            Failure{run.node.plan.id, "was lost in a call beyond its timeout"});
  }
}

void Pipeline::fail_jobs(Run& run, const std::string& message) {
  Node& node = run.node;
  const bool is_dead = node.plan.on_error == OnError::dead_letter;
  std::vector<Job*> jobs;
  run.token.for_each_job([&](Job& job) { jobs.push_back(&job); });
  for (Job* job : jobs) {
    job->is_counted_by_stage = job->is_running() && node.plan.limit.is_set();
    end_job(*job, is_dead ? JobState::dead : JobState::failed, Failure{node.plan.id, message});
  }
  count_given_up(node);
}

void Pipeline::count_given_up(Node& node) {
  ++node.n_given_up;
  if (is_exceeded(node.plan.limit, node.n_given_up, node.n_in)) {
    close_after("items failed in stage '" + node.plan.id + "'", node.n_given_up);
  }
}

void Pipeline::count_settled(const Job& job) {
  ++n_settled_;
  const bool has_failed = job.state == JobState::failed || job.state == JobState::dead;
  if (!has_failed || job.is_counted_by_stage) return;
  ++n_failed_jobs_;
  if (is_exceeded(plan_.limit, n_failed_jobs_, n_settled_))
    close_after("jobs failed", n_failed_jobs_);
}

void Pipeline::close_after(const std::string& what, std::uint64_t n_failed) {
  if (is_draining_ || drain_asked_) return;
  engine_.log().error(name() + ": " + std::to_string(n_failed) + " " + what +
                      ", more than its limit: no more are taken");
  // Not here: the run of a source may be what the caller is at work on.
  drain_asked_ = true;
  engine_.schedule();
}

}  // namespace capstan::engine
