// A job: the unit that is submitted, tracked and settled. Home of everything here: the loop.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
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

/// `dead`: failed in a stage whose failures nothing tries again by itself.
enum class JobState : std::uint8_t { invalid = 0, running, done, failed, dead, cancelled };

/// What is told of a job when it settles.
struct JobReport {
  const JobInfo& info;
  JobState state = JobState::invalid;
  const std::optional<Failure>& failure;
  std::uint64_t n_outputs = 0;  ///< items that left the last stages
  std::uint64_t n_dropped = 0;
};

/// Runs in the order in which their items came in. Does not own them.
struct RunList {
  Run* head = nullptr;
  Run* tail = nullptr;
  void append(Run& run) noexcept;
  void remove(Run& run) noexcept;
};

/// A job's standing at one stage.
struct JobAtNode {
  std::uint32_t n_live = 0;     ///< its tokens queued, inside, or held by the stage
  bool has_ended = false;       ///< no more tokens of the job can come out of the stage
  bool finish_started = false;  ///< job scope: finish() or its abort is under way
  Slot* slot = nullptr;         ///< job scope: the job's own instance
  std::uint64_t n_emitted = 0;  ///< outputs so far; the next item's index behind a generator
  RunList order;                ///< order: job
};

/// A job's standing at each stage, by index. Few stages need no memory of their own.
class JobAtNodes {
 public:
  explicit JobAtNodes(std::size_t n_nodes)
      : many_(n_nodes > kFew ? std::make_unique<JobAtNode[]>(n_nodes) : nullptr) {}
  JobAtNode& operator[](std::size_t i) noexcept { return many_ ? many_[i] : few_[i]; }
  const JobAtNode& operator[](std::size_t i) const noexcept { return many_ ? many_[i] : few_[i]; }

 private:
  static constexpr std::size_t kFew = 4;
  std::array<JobAtNode, kFew> few_;
  const std::unique_ptr<JobAtNode[]> many_;
};

/// What stages see of a job, JobInfo, is the part of this record that never changes: one piece of
/// memory, which goes when the last item that names the job has gone.
struct Job final : public JobInfo {
  explicit Job(std::size_t n_nodes) : at(n_nodes) {}

  std::uint64_t number = 0;  ///< admission number
  JobState state = JobState::running;
  std::optional<Failure> failure;
  std::uint64_t n_outputs = 0;
  std::uint64_t n_dropped = 0;
  JobAtNodes at;
  std::size_t n_ended = 0;
  bool is_settled = false;
  bool is_counted_by_stage = false;  ///< failed where the stage has a limit of its own
  Job* previous = nullptr;           ///< among the jobs in flight, by number
  Job* next = nullptr;

  bool is_running() const noexcept { return state == JobState::running; }
};

/// The jobs in flight, oldest first. Owns a reference to each.
class JobList {
 public:
  JobList() = default;
  ~JobList() {
    while (oldest_) remove(*oldest_);
  }
  JobList(const JobList&) = delete;
  JobList& operator=(const JobList&) = delete;

  void add(Ref<Job> job) noexcept;
  /// Hands the list's reference to the caller.
  Ref<Job> remove(Job& job) noexcept;
  std::size_t size() const noexcept { return size_; }
  Job* oldest() const noexcept { return oldest_; }
  Job* find(std::uint64_t number) const noexcept;

 private:
  Job* oldest_ = nullptr;
  Job* newest_ = nullptr;
  std::size_t size_ = 0;
};

/// The engine's record of an item, on an edge or inside a stage.
struct Token {
  Item item;
  std::size_t size_bytes = 0;
  Job* job = nullptr;           ///< null for a source's start item
  std::vector<Job*> more_jobs;  ///< the others of a mixed item
  bool is_alone = false;        ///< a member of a mixed item that failed, in its second try

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
