#include "engine/live_rig.hpp"

#include <algorithm>
#include <stdexcept>
#include <thread>

#include "graph/segments.hpp"

namespace capstan::engine {

LiveRig::LiveRig(unsigned n_workers, std::size_t memory)
    : pool_(n_workers), engine_(loop_, pool_, log_, memory) {}

Pipeline& LiveRig::add(std::string name, graph::Pipeline plan) {
  loop_home.check();
  plan.name = std::move(name);
  if (has_segments) graph::mark_segments(plan);
  Entry& entry = entries_.emplace_back();
  entry.plan = std::move(plan);
  entry.pipeline = &engine_.add(entry.plan, *this);
  return *entry.pipeline;
}

void LiveRig::run() {
  loop_home.check();
  for (const Entry& entry : entries_) entry.pipeline->prepare();
  loop_.run();
  if (fault_) throw std::runtime_error(*fault_);
}

void LiveRig::run_what_was_posted() {
  struct Quit final : Wake {
    explicit Quit(EventLoop& of) : loop(of) {}
    void wake(unsigned) noexcept override { loop.quit(); }
    EventLoop& loop;
  } quit(loop_);
  std::thread([&] { loop_.post(quit); }).join();  // behind theirs
  loop_.run();
}

Tally& LiveRig::tally(const Pipeline& pipeline) {
  return std::find_if(entries_.begin(), entries_.end(),
                      [&](const Entry& entry) { return entry.pipeline == &pipeline; })
      ->tally;
}

void LiveRig::pipeline_prepared(Pipeline&, const std::vector<Failure>& failures) {
  loop_home.check();
  for (const Failure& failure : failures) note(describe(failure));
  if (++n_prepared_ < entries_.size()) return;
  for (const Entry& entry : entries_) fault_ ? entry.pipeline->drain() : entry.pipeline->run();
  if (on_running && !fault_) on_running();
  for (const Entry& entry : entries_) {
    if (closes_intake) entry.pipeline->close_intake();
  }
}

void LiveRig::job_settled(Pipeline& pipeline, const JobReport& report) {
  Tally& of = tally(pipeline);
  of.n_done += report.state == JobState::done;
  of.n_failed += report.state == JobState::failed;
  of.n_cancelled += report.state == JobState::cancelled;
  if (on_settled) on_settled(pipeline, report);
}

void LiveRig::item_left(Pipeline& pipeline, const Item& item) {
  ++tally(pipeline).n_left;
  if (on_left) on_left(pipeline, item);
}

void LiveRig::source_failed(Pipeline&, const Failure& failure) { note(describe(failure)); }

void LiveRig::pipeline_finished(Pipeline& pipeline, const std::vector<JobRequest>& unstarted) {
  Tally& of = tally(pipeline);
  if (std::exchange(of.has_finished, true)) note(pipeline.name() + " finished twice");
  of.n_unstarted = unstarted.size();
  if (++n_finished_ == entries_.size()) loop_.quit();
}

void LiveRig::note(std::string fault) {
  if (!fault_) fault_ = std::move(fault);
}

}  // namespace capstan::engine
