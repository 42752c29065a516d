// What the observer hears, and what holds at each step and at the end.
#include <algorithm>

#include "engine/simulation/simulation.hpp"

namespace capstan::engine::simulation {

Simulation::Subject& Simulation::subject_of(const Pipeline& pipeline) {
  const auto found = std::find_if(subjects_.begin(), subjects_.end(),
                                  [&](const auto& each) { return each->pipeline == &pipeline; });
  return **found;
}

void Simulation::pipeline_prepared(Pipeline& pipeline, const std::vector<Failure>& failures) {
  loop_home.check();
  Subject& subject = subject_of(pipeline);
  if (std::exchange(subject.is_prepared, true)) world_.fault("prepared twice");
  if (!failures.empty()) return act(Event::drain, subject);
  subject.runs_later = dice_.one_in(10);
  if (!subject.runs_later) pipeline.run();
}

void Simulation::job_settled(Pipeline& pipeline, const JobReport& report) {
  loop_home.check();
  Subject& subject = subject_of(pipeline);
  if (subject.has_finished) world_.fault("a job settled after its pipeline finished");
  ++subject.n_settled;
  if (report.info.pipeline != pipeline.name()) world_.fault("a job of another pipeline settled");
  if (report.state == JobState::dead && !subject.plan.has_dead_letter) {
    world_.fault("a job is dead without a dead letter");
  }
  // stop() cancels jobs that nothing was heard of before.
  JobRecord& record = world_.record_of(report.info);
  if (subject.was_stopped && report.state == JobState::cancelled) record.is_over = true;
  world_.settled(subject.plan.pipeline, report, subject.plan.is_exact);
  act_from_within();
}

void Simulation::item_left(Pipeline& pipeline, const Item& item) {
  loop_home.check();
  const Subject& subject = subject_of(pipeline);
  if (subject.has_finished) world_.fault("an item left after its pipeline finished");
  std::size_t stage = 0;
  for_each_member(item, [&](const Item& member) {
    const JobRecord& record = world_.record_of(member.job());
    const auto made = record.made.find(origin_of(member).key);
    if (made != record.made.end()) stage = made->second.stage;
  });
  world_.left(world_.profiles[subject.plan.first_profile + stage], item);
  act_from_within();
}

void Simulation::source_failed(Pipeline& pipeline, const Failure& failure) {
  loop_home.check();
  Subject& subject = subject_of(pipeline);
  if (++subject.n_source_failures > 1) world_.fault("a source failed twice");
  if (failure.message.empty()) world_.fault("a source failed without a reason");
  act_from_within();
}

void Simulation::pipeline_finished(Pipeline& pipeline, const std::vector<JobRequest>& unstarted) {
  loop_home.check();
  Subject& subject = subject_of(pipeline);
  if (std::exchange(subject.has_finished, true)) world_.fault("a pipeline finished twice");
  subject.n_unstarted = unstarted.size();
}

bool Simulation::have_all_finished() const {
  return std::all_of(subjects_.begin(), subjects_.end(),
                     [](const auto& each) { return each->has_finished; });
}

void Simulation::check_step() {
  if (!workers_.fault().empty()) world_.fault(workers_.fault());
  inspector_->check_budget(n_slots_, largest_output_, working_bytes_);
  for (const auto& subject : subjects_) inspector_->check(*subject->pipeline);
}

void Simulation::check_end() {
  if (!world_.faults.empty()) return;  // the run was given up half way
  for (const auto& subject : subjects_) check_subject(*subject);
  const Budget& budget = engine_->budget();
  if (budget.account.bytes.load() != 0) world_.fault("memory is still counted");
  const auto limit = static_cast<std::int64_t>(budget.limit());
  if (budget.free_bytes() + budget.account.bytes.load() != limit) {
    world_.fault("memory is still promised");
  }
  if (loop_.n_watches() > 0) world_.fault("a timer was left");
  if (!workers_.is_idle()) world_.fault("a task was left");
  if (workers_.n_substitutes() > 0) world_.fault("a worker still has a substitute");
  if (world_.n_instances != 0) world_.fault("an instance was left");
  if (Grain::n_alive != 0) world_.fault("a payload was left");
  for (const auto& [stage, n_inside] : world_.n_inside) {
    if (n_inside != 0) world_.fault("a coroutine was left");
  }
}

void Simulation::check_subject(const Subject& subject) {
  if (!subject.has_finished) {
    world_.fault("never finishes:" + inspector_->describe(*subject.pipeline));
    return;
  }
  inspector_->check_end(*subject.pipeline);
  const bool has_source = subject.plan.pipeline.has_source();
  const std::uint64_t n_all = subject.n_settled + subject.n_unstarted;
  if (has_source ? n_all < subject.n_submitted : n_all != subject.n_submitted) {
    world_.fault("of " + std::to_string(subject.n_submitted) + " jobs " +
                 std::to_string(subject.n_settled) + " settled and " +
                 std::to_string(subject.n_unstarted) + " were not taken");
  }
}

std::string Simulation::describe() const {
  std::string text = "budget " + std::to_string(budget_);
  for (const auto& subject : subjects_) {
    text += "\n" + subject->plan.pipeline.name + ":" + subject->plan.description;
  }
  return text + "\nevents:" + happened_;
}

}  // namespace capstan::engine::simulation
