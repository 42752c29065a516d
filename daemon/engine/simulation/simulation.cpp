#include "engine/simulation/simulation.hpp"

#include <algorithm>

namespace capstan::engine::simulation {

namespace {

constexpr unsigned kMostSteps = 200'000;
constexpr unsigned kEndOfEndless = 600;  // the step at which endless sources are told to stop

std::size_t draw_budget(Dice& dice) {
  static constexpr std::size_t kBudgets[] = {2000, 40'000, 300'000, SIZE_MAX / 4};
  return kBudgets[dice.below(4)];
}

}  // namespace

Simulation::Simulation(std::uint64_t seed)
    : world_(mix(seed)),
      dice_(seed),
      workers_(mix(seed, 1), loop_),
      budget_(draw_budget(dice_)),
      acts_from_within_(dice_.one_in(4)) {
  world = &world_;
  const unsigned n_pipelines = dice_.one_in(3) ? 1 + dice_.below(3) : 1;
  world_.profiles.reserve(64);
  for (unsigned i = 0; i < n_pipelines; ++i) {
    subjects_.push_back(std::make_unique<Subject>());
    draw_plan(dice_, world_, budget_, i, subjects_.back()->plan);
  }
  for (const Profile& profile : world_.profiles) {
    const std::size_t n = profile.of().concurrency;
    n_slots_ += n;
    largest_output_ = std::max(largest_output_, profile.output_bytes);
    // A list costs a little for each member.
    largest_output_ += 64 * sizeof(Item);
    working_bytes_ += n * static_cast<std::size_t>(profile.working_bytes) * 8;
  }
  engine_.emplace(loop_, workers_, log_, budget_, static_cast<unsigned>(seed + 1));
  inspector_.emplace(*engine_, world_);
}

Simulation::~Simulation() = default;

std::string Simulation::run() {
  loop_home.check();
  start();
  draw_events();
  move();
  check_end();
  if (world_.faults.empty()) return {};
  std::string text;
  for (const std::string& fault : world_.faults) text += fault + "\n";
  return text + describe();
}

void Simulation::start() {
  for (const auto& subject : subjects_) {
    subject->pipeline = &engine_->add(subject->plan.pipeline, *this);
    subject->pipeline->prepare();
    for (unsigned n = dice_.below(12); n > 0; --n) act(Event::submit, *subject);
  }
}

void Simulation::draw_events() {
  static constexpr Event kEvents[] = {Event::submit, Event::submit, Event::submit, Event::cancel,
                                      Event::cancel, Event::cancel, Event::pause,  Event::resume,
                                      Event::close,  Event::drain,  Event::stop};
  if (dice_.one_in(4)) return;
  const unsigned span = 1U << (2 + dice_.below(9));
  for (unsigned n = dice_.below(12); n > 0; --n) {
    events_.push_back({dice_.below(span), kEvents[dice_.below(std::size(kEvents))],
                       dice_.below(static_cast<unsigned>(subjects_.size()))});
  }
  std::sort(events_.begin(), events_.end(),
            [](const Planned& a, const Planned& b) { return a.step < b.step; });
}

void Simulation::move() {
  std::size_t next = 0;
  for (unsigned step = 0; step < kMostSteps && world_.faults.empty(); ++step) {
    while (next < events_.size() && events_[next].step <= step) {
      act(events_[next].event, *subjects_[events_[next].subject]);
      ++next;
    }
    if (step == kEndOfEndless) {
      for (const auto& subject : subjects_) {
        if (subject->plan.is_endless) act(Event::drain, *subject);
      }
    }
    if (!loop_.run_once() && !nudge()) return;
    check_step();
  }
  if (world_.faults.empty()) world_.fault("never ends");
}

/// Nothing happens any more: does what the pipelines wait for. False when there is nothing.
bool Simulation::nudge() {
  for (const auto& subject : subjects_) {
    const bool may_move = subject->is_prepared && !subject->pipeline->is_paused();
    if (!may_move || subject->has_finished || subject->runs_later) continue;
    inspector_->check_idle(*subject->pipeline, subject->plan.holds_items);
  }
  for (const auto& subject : subjects_) {
    if (subject->has_finished) continue;
    Event event = Event::invalid;
    if (subject->runs_later) {
      event = Event::run;
    } else if (subject->pipeline->is_paused()) {
      event = Event::resume;
    } else if (!subject->is_closed) {
      event = Event::close;
    }
    if (event == Event::invalid) continue;
    act(event, *subject);
    return true;
  }
  return false;
}

void Simulation::act(Event event, Subject& subject) {
  if (subject.has_finished) return;
  static constexpr const char* kNames[] = {"",      "submit", "cancel", "pause", "resume",
                                           "close", "drain",  "stop",   "run"};
  happened_ += std::string(" ") + kNames[static_cast<int>(event)];
  Pipeline& pipeline = *subject.pipeline;
  switch (event) {
    case Event::submit: {
      const std::string name = std::to_string(++subject.n_submitted);
      return pipeline.submit({name, name});
    }
    case Event::cancel:
      return cancel_one(subject);
    case Event::pause:
      return pipeline.pause();
    case Event::resume:
      return pipeline.resume();
    case Event::run:
      subject.runs_later = false;
      return pipeline.run();
    case Event::close:
      subject.is_closed = true;
      return pipeline.close_intake();
    case Event::drain:
      subject.is_closed = true;
      return pipeline.drain();
    default:
      subject.is_closed = subject.was_stopped = true;
      pipeline.stop();
      for (auto& [number, record] : world_.jobs) {
        if (is_within_) break;  // it stops later
        record.is_over = record.is_over || record.plan == &subject.plan.pipeline;
      }
      return;
  }
}

void Simulation::cancel_one(Subject& subject) {
  const std::uint64_t n_known = world_.jobs.empty() ? 0 : world_.jobs.rbegin()->first;
  const std::uint64_t number = 1 + dice_.below(static_cast<unsigned>(n_known + 3));
  JobRecord& record = world_.jobs[number];
  const bool was_over = std::exchange(record.is_over, true);  // it may settle within the call
  if (!subject.pipeline->cancel(number)) record.is_over = was_over;
}

/// An observer may call back.
void Simulation::act_from_within() {
  if (!acts_from_within_ || !dice_.one_in(12)) return;
  static constexpr Event kEvents[] = {Event::submit, Event::cancel, Event::cancel, Event::pause,
                                      Event::resume, Event::drain,  Event::stop};
  const auto n = static_cast<unsigned>(dice_.one_in(4) ? std::size(kEvents) : 5);
  is_within_ = true;
  act(kEvents[dice_.below(n)], *subjects_[dice_.below(static_cast<unsigned>(subjects_.size()))]);
  is_within_ = false;
}

}  // namespace capstan::engine::simulation
