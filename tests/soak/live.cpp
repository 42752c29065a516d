#include "soak/live.hpp"

#include "graph/segments.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <thread>

namespace soak {

engine::Pipeline& Live::add(std::string name, graph::Pipeline plan) {
  loop_home.check();
  plan.name = std::move(name);
  graph::mark_segments(plan);
  plans_.push_back(std::move(plan));
  pipelines_.push_back(&engine_.add(plans_.back(), *this));
  return *pipelines_.back();
}

void Live::run() {
  loop_home.check();
  for (engine::Pipeline* pipeline : pipelines_) pipeline->prepare();
  loop_.run();
}

void Live::run_what_was_posted() {
  struct Quit final : Wake {
    explicit Quit(EventLoop& of) : loop(of) {}
    void wake(unsigned) noexcept override { loop.quit(); }
    EventLoop& loop;
  } quit(loop_);
  std::thread([&] { loop_.post(quit); }).join();  // behind theirs
  loop_.run();
}

void Live::pipeline_prepared(engine::Pipeline&, const std::vector<engine::Failure>& failures) {
  loop_home.check();
  EXPECT_TRUE(failures.empty()) << engine::describe(failures.front());
  if (++n_prepared_ < pipelines_.size()) return;
  if (on_running) on_running();
  for (engine::Pipeline* pipeline : pipelines_) {
    pipeline->run();
    if (closes_intake) pipeline->close_intake();
  }
}

void Live::job_settled(engine::Pipeline& pipeline, const engine::JobReport& report) {
  Tally& tally = tallies_[&pipeline];
  switch (report.state) {
    case engine::JobState::done:
      ++tally.n_done;
      break;
    case engine::JobState::failed:
      ++tally.n_failed;
      break;
    case engine::JobState::cancelled:
      ++tally.n_cancelled;
      break;
    default:
      ADD_FAILURE() << "job " << report.info.input << " settled without a state";
  }
  if (on_settled) on_settled(pipeline, report);
}

void Live::item_left(engine::Pipeline& pipeline, const Item& item) {
  ++tallies_[&pipeline].n_left;
  if (on_left) on_left(pipeline, item);
}

void Live::source_failed(engine::Pipeline&, const engine::Failure& failure) {
  ADD_FAILURE() << engine::describe(failure);
}

void Live::pipeline_finished(engine::Pipeline& pipeline,
                             const std::vector<engine::JobRequest>& unstarted) {
  Tally& tally = tallies_[&pipeline];
  EXPECT_FALSE(tally.has_finished);
  tally.has_finished = true;
  tally.n_unstarted = unstarted.size();
  if (++n_finished_ == pipelines_.size()) loop_.quit();
}

std::int64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::int64_t all = 0;
  std::int64_t resident = 0;
  file >> all >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

std::int64_t peak_resident_bytes() {
  std::ifstream file("/proc/self/status");
  for (std::string word; file >> word;) {
    if (word != "VmHWM:") continue;
    std::int64_t kib = 0;
    file >> kib;
    return kib * 1024;
  }
  return 0;
}

std::uint64_t count_items(std::uint64_t n_of_release, std::uint64_t n_of_sanitizers) {
  if (const char* text = std::getenv("CAPSTAN_SOAK_ITEMS")) return std::strtoull(text, nullptr, 10);
  return has_sanitizer() ? n_of_sanitizers : n_of_release;
}

}  // namespace soak
