// Jobs come in.
#include <algorithm>

#include <capstan/sdk/detail/item_access.hpp>

#include "engine/engine.hpp"
#include "engine/pipeline.hpp"

namespace capstan::engine {

namespace {

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

}  // namespace

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

bool Pipeline::can_admit() const {
  if (is_paused_ || has_orders() || !has_entry_room(nullptr)) return false;
  return std::none_of(job_nodes_.begin(), job_nodes_.end(),
                      [](const Node* node) { return node->free_slots.empty(); });
}

void Pipeline::admit_from_intake() {
  while (may_run_ && !intake_.empty() && can_admit()) {
    JobRequest request = std::move(intake_.front());
    intake_.pop_front();
    Item item(make_ref<Reference>(request.input));
    Job* job = admit(std::move(item), std::move(request));
    if (job) end_source_for(*job);
  }
}

Job& Pipeline::new_job(JobRequest request) {
  auto owner = make_ref<Job>(nodes_.size());
  Job& job = *owner;
  job.number = engine_.next_job_number();
  job.id = std::to_string(job.number);
  job.pipeline = name();
  job.path = request.path.empty() ? job.id : std::move(request.path);
  job.input =
      request.input.empty() ? "job " + job.id : without_credentials(std::move(request.input));
  jobs_.add(std::move(owner));
  return job;
}

/// Null when the input could not be taken: the job has failed.
Job* Pipeline::admit(Item item, JobRequest request) {
  Job& job = new_job(std::move(request));
  if (const auto* failed = item.get_if<FailedInput>()) {
    job.state = JobState::failed;
    job.failure = Failure{{}, failed->reason()};
    settle(job);
    return nullptr;
  }
  for (Node* node : job_nodes_) {
    Slot* slot = node->free_slots.back();
    node->free_slots.pop_back();
    slot->job = &job;
    job.at[node->index].slot = slot;
  }
  ItemAccess::set_index(item, 0);
  enter_graph(std::move(item), job);
  return &job;
}

void Pipeline::enter_graph(Item item, Job& job) {
  ItemAccess::set_job(item, Ref<const JobInfo>(&job));
  Token jobs;
  jobs.job = &job;
  for (std::size_t i = 0; i + 1 < entries_.size(); ++i) push(*entries_[i], item, jobs);
  if (!entries_.empty()) push(*entries_.back(), std::move(item), jobs);
}

}  // namespace capstan::engine
