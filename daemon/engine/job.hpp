// A job: the unit that is submitted, tracked and settled. Home of everything here: the loop.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <capstan/sdk/item.hpp>

namespace capstan::engine {

class Run;
class Slot;

/// Why a job, a stage or a source failed.
struct Failure {
  std::string stage;  ///< the stage's id; empty when no stage is to blame
  std::string message;
};

/// "decode: no such stream": one line for a person.
inline std::string describe(const Failure& failure) {
  return failure.stage.empty() ? failure.message : failure.stage + ": " + failure.message;
}

enum class JobState : std::uint8_t { invalid = 0, running, done, failed, cancelled };

/// What is told of a job when it settles.
struct JobReport {
  const JobInfo& info;
  JobState state = JobState::invalid;
  std::optional<Failure> failure;
  std::uint64_t n_outputs = 0;  ///< items that left the last stages
  std::uint64_t n_dropped = 0;
};

/// A job's standing at one stage.
struct JobAtNode {
  std::uint32_t n_live = 0;     ///< its tokens queued, inside, or held by the stage
  bool has_ended = false;       ///< no more tokens of the job can come out of the stage
  bool finish_started = false;  ///< job scope: finish() or its abort is under way
  Slot* slot = nullptr;         ///< job scope: the job's own instance
  std::uint64_t n_emitted = 0;  ///< outputs so far; the next item's index behind a generator
  Run* order_head = nullptr;    ///< order: job. Runs in the order their items came in
  Run* order_tail = nullptr;
};

struct Job {
  Ref<JobInfo> info;
  std::uint64_t number = 0;  ///< admission number
  JobState state = JobState::running;
  std::optional<Failure> failure;
  std::uint64_t n_outputs = 0;
  std::uint64_t n_dropped = 0;
  std::vector<JobAtNode> at;  ///< by stage index
  std::size_t n_ended = 0;

  bool is_running() const noexcept { return state == JobState::running; }
};

/// The engine's record of an item, on an edge or inside a stage.
struct Token {
  Item item;
  Job* job = nullptr;           ///< null for a source's start item
  std::vector<Job*> more_jobs;  ///< the others of a mixed item
  std::size_t size_bytes = 0;

  template <class Visit>
  void for_each_job(Visit visit) const {
    if (job) visit(*job);
    for (Job* other : more_jobs) visit(*other);
  }
  bool has_running_job() const {
    bool found = false;
    for_each_job([&](const Job& each) { found |= each.is_running(); });
    return found;
  }
};

}  // namespace capstan::engine
