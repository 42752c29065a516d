// Who went where: every item and every job accounted for once.
#pragma once

#include <gtest/gtest.h>

#include "engine/job.hpp"
#include "engine/plan_of_stages.hpp"
#include "soak/tiny_stages.hpp"

namespace soak {

/// Home: the loop. Has its memory from the start, so that the process's size tells about the
/// engine. Stops complaining after the first wrong one: millions would follow.
class Ledger {
 public:
  explicit Ledger(std::uint64_t n_jobs)
      : has_left_(n_jobs * kPerJob), has_been_counted_(n_jobs * kPerJob), has_settled_(n_jobs) {}

  void left(const Item& item) {
    const auto& pile = item.get<Pile>();
    std::vector<bool>& seen = pile.is_of_job ? has_been_counted_ : has_left_;
    for (const std::uint64_t id : pile.ids) {
      if (seen.at(id)) complain("item " + std::to_string(id) + " left twice");
      seen[id] = true;
      ++n_left_;
    }
  }

  void settled(const engine::JobReport& report) {
    const std::uint64_t job = std::stoull(report.info.input);
    if (has_settled_.at(job)) complain("job " + std::to_string(job) + " settled twice");
    has_settled_[job] = true;
    ++n_settled_;
    check(job, report);
  }

  std::uint64_t n_left() const noexcept { return n_left_; }
  std::uint64_t n_settled() const noexcept { return n_settled_; }
  bool has_complaint() const noexcept { return has_complaint_; }

 private:
  void check(std::uint64_t job, const engine::JobReport& report) {
    std::uint64_t n_dropped = 0;
    bool fails = false;
    bool is_whole = true;
    for (std::uint64_t id = job * kPerJob; id < (job + 1) * kPerJob; ++id) {
      const Fate fate = fate_of(id);
      const bool leaves = fate == Fate::pass || fate == Fate::retry_once;
      n_dropped += fate == Fate::drop || fate == Fate::fail_item;
      fails = fails || fate == Fate::fail_job;
      is_whole = is_whole && has_left_[id] == leaves && has_been_counted_[id] == leaves;
    }
    const std::string name = "job " + std::to_string(job);
    if (report.state == engine::JobState::cancelled) return;
    if ((report.state == engine::JobState::failed) != fails) complain(name + " ended otherwise");
    if (report.state == engine::JobState::failed) return;
    if (!is_whole) complain(name + " is done but lacks items");
    if (report.n_dropped != n_dropped) complain(name + " counted its drops wrongly");
  }
  void complain(const std::string& what) {
    if (!std::exchange(has_complaint_, true)) ADD_FAILURE() << what;
  }

  std::vector<bool> has_left_;
  std::vector<bool> has_been_counted_;
  std::vector<bool> has_settled_;
  std::uint64_t n_left_ = 0;
  std::uint64_t n_settled_ = 0;
  bool has_complaint_ = false;
};

/// The graph of tiny_stages.hpp.
inline graph::Pipeline plan_of_tiny_items(std::uint64_t n_jobs) {
  engine::PlanOfStages stages;
  using graph::OnError;
  using graph::Order;
  stages.add(kJobSource, {{"n", std::to_string(n_jobs)}}, {});
  stages.add(kType<Spread>, {}, {.concurrency = 4, .queue_items = 8});
  stages.add(kType<Route>, {},
             {.concurrency = 16,
              .queue_items = 64,
              .order = Order::none,
              .on_error = OnError::drop,
              .retry = {.n_retries = 1, .backoff = std::chrono::microseconds(10)}});
  stages.add(kType<Near>, {}, {.concurrency = 16, .queue_items = 64});
  stages.add(kType<Far>, {}, {.concurrency = 16, .queue_items = 64, .inputs = {2}});
  stages.add(kType<Merge>, {}, {.concurrency = 16, .queue_items = 64, .inputs = {3, 4}});
  stages.add(kType<Piles, Scope::pipeline>, {{"n", "16"}}, {.queue_items = 64, .inputs = {5}});
  stages.add(kType<Count, Scope::job>, {}, {.concurrency = 8, .queue_items = 64, .inputs = {5}});
  graph::Pipeline plan = std::move(stages.plan);
  plan.stages[2].paths = {"near", "far"};
  plan.stages[3].inputs[0].path = 0;
  plan.stages[4].inputs[0].path = 1;
  return plan;
}

}  // namespace soak
