// Jobs come in, and settle.
#include <algorithm>
#include <functional>

#include <capstan/sdk/detail/item_access.hpp>

#include "engine/engine.hpp"
#include "engine/pipeline.hpp"

namespace capstan::engine {

namespace {

/// Destroys a job's own instance on a worker and gives the slot back.
class SlotCleanup final : public WorkerTask {
 public:
  SlotCleanup(Slot& slot, std::function<void()> then) : slot_(slot), then_(std::move(then)) {}
  void run() noexcept override { slot_.destroy(); }
  void done() noexcept override {
    const auto then = std::move(then_);
    delete this;
    then();
  }

 private:
  Slot& slot_;
  std::function<void()> then_;
};

/// A URL without "user:password@": an input is shown in logs and summaries.
std::string without_credentials(std::string input) {
  const std::size_t scheme = input.find("://");
  if (scheme == std::string::npos) return input;
  const std::size_t host = scheme + 3;
  const std::size_t end = std::min(input.find_first_of("/?#", host), input.size());
  const std::size_t at = input.rfind('@', end);
  if (at != std::string::npos && at >= host && at < end) input.erase(host, at + 1 - host);
  return input;
}

JobRequest request_of(const Item& item) {
  JobRequest request;
  if (const auto* reference = item.get_if<Reference>()) {
    request.input = reference->location();
  } else if (const auto* failed = item.get_if<FailedInput>()) {
    request.input = failed->location();
  } else if (const auto* bytes = item.get_if<Bytes>()) {
    request.input = bytes->name();
  }
  request.path = item.meta("job.path");
  return request;
}

}  // namespace

bool Pipeline::can_admit() const {
  for (const Edge* edge : entries_) {
    if (edge->room_items(nullptr) == 0) return false;
  }
  return std::none_of(job_nodes_.begin(), job_nodes_.end(),
                      [](const Node* node) { return node->free_slots.empty(); });
}

void Pipeline::admit_from_intake() {
  bool has_admitted = false;
  while (may_run_ && !intake_.empty() && can_admit()) {
    JobRequest request = std::move(intake_.front());
    intake_.pop_front();
    Item item(make_ref<Reference>(request.input));
    admit(std::move(item), std::move(request));
    has_admitted = true;
  }
  if (has_admitted) engine_.schedule();
}

void Pipeline::admit_from_source(Item item) {
  JobRequest request = request_of(item);
  admit(std::move(item), std::move(request));
}

Job& Pipeline::new_job(JobRequest request) {
  auto owner = std::make_unique<Job>();
  Job& job = *owner;
  job.number = engine_.next_job_number();
  job.info = make_ref<JobInfo>();
  job.info->id = std::to_string(job.number);
  job.info->pipeline = name();
  job.info->path = request.path.empty() ? job.info->id : std::move(request.path);
  job.info->input =
      request.input.empty() ? "job " + job.info->id : without_credentials(std::move(request.input));
  job.at.resize(nodes_.size());
  jobs_.emplace(&job, std::move(owner));
  return job;
}

void Pipeline::admit(Item item, JobRequest request) {
  Job& job = new_job(std::move(request));
  if (const auto* failed = item.get_if<FailedInput>()) {
    job.state = JobState::failed;
    job.failure = Failure{{}, failed->reason()};
    settle(job);
    return;
  }
  for (Node* node : job_nodes_) {
    Slot* slot = node->free_slots.back();
    node->free_slots.pop_back();
    job.at[node->index].slot = slot;
  }
  ItemAccess::set_job(item, Ref<const JobInfo>(job.info.get()));
  ItemAccess::set_index(item, 0);
  Token jobs;
  jobs.job = &job;
  for (Edge* edge : entries_) push(*edge, item, jobs);
  for (const auto& node : nodes_) {
    if (!node->is_source()) continue;
    job.at[node->index].has_ended = true;
    ++job.n_ended;
  }
}

bool Pipeline::has_ended_before(const Job& job, const Node& node) const {
  return std::all_of(node.in.begin(), node.in.end(), [&](const Edge* edge) {
    return !edge->from() || job.at[edge->from()->index].has_ended;
  });
}

void Pipeline::check_ended(Job& job, Node& node) {
  JobAtNode& at = job.at[node.index];
  if (at.has_ended || at.n_live > 0 || !has_ended_before(job, node)) return;
  if (node.scope() == Scope::job && !at.finish_started) {
    at.finish_started = true;
    if (job.is_running()) {
      ++at.n_live;
      start_finish(node, *at.slot, &job);
      return;
    }
  }
  at.has_ended = true;
  ++job.n_ended;
  if (node.scope() == Scope::job) release_job_slot(job, node);
  for (Edge* edge : node.out) check_ended(job, edge->to());
  if (job.n_ended == nodes_.size()) settle(job);
}

void Pipeline::start_finish(Node& node, Slot& slot, Job* job) {
  auto* run = new Run(node, RunKind::finish);
  run->token.job = job;
  run->slot = &slot;
  slot.run = run;
  if (node.scope() != Scope::job) std::erase(node.free_slots, &slot);
  ++node.n_active;
  dispatch(*run, Call::finish);
}

void Pipeline::release_job_slot(Job& job, Node& node) {
  Slot* slot = std::exchange(job.at[node.index].slot, nullptr);
  if (!slot) return;
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
  engine_.submit(*new SlotCleanup(*slot, std::move(give_back)));
}

void Pipeline::settle(Job& job) {
  const auto found = jobs_.find(&job);
  if (found == jobs_.end()) return;
  for (const auto& edge : edges_) edge->forget(&job);
  if (job.is_running()) job.state = JobState::done;
  settled_.push_back(std::move(found->second));
  jobs_.erase(found);
  observer_.job_settled(*this, {*job.info, job.state, job.failure, job.n_outputs, job.n_dropped});
  if (job.state != JobState::failed) return;
  ++n_failed_jobs_;
  const auto& limit = plan_.limit.max_failures;
  if (limit && n_failed_jobs_ > *limit && !is_draining_) {
    engine_.log().error(name() + ": " + std::to_string(n_failed_jobs_) +
                        " jobs failed (max_failures): no more are taken");
    drain();
  }
}

}  // namespace capstan::engine
