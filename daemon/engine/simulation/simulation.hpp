// One run of the engine that follows from its seed: random pipelines, schedules and events, and
// what must hold whatever they are.
#pragma once

#include <capstan/sdk/harness.hpp>

#include "engine/simulation/inspector.hpp"
#include "engine/simulation/plans.hpp"
#include "engine/simulation/workers.hpp"

namespace capstan::engine::simulation {

/// Hears only of what the engine holds to be an error of a stage that the simulation has none of.
class FaultLogger final : public Logger {
 public:
  explicit FaultLogger(World& world) : world_(world) {}
  bool is_enabled(LogLevel level) const noexcept override { return level >= LogLevel::error; }
  void write(LogLevel, std::string_view line) noexcept override {
    if (line.find("belongs to no job") != std::string_view::npos) world_.fault(std::string(line));
  }

 private:
  World& world_;
};

class Simulation final : public Observer {
 public:
  explicit Simulation(std::uint64_t seed);
  ~Simulation() override;

  /// Runs to the end. Returns what was wrong, with a description of the run; empty: nothing.
  std::string run();

 private:
  enum class Event : std::uint8_t {
    invalid,
    submit,
    cancel,
    pause,
    resume,
    close,
    drain,
    stop,
    run
  };
  struct Subject {
    Plan plan;
    Pipeline* pipeline = nullptr;
    std::uint64_t n_submitted = 0;
    std::uint64_t n_settled = 0;
    std::uint64_t n_unstarted = 0;
    std::uint64_t n_source_failures = 0;
    bool is_prepared = false;
    bool runs_later = false;  ///< prepared, and told to run only later
    bool is_closed = false;
    bool was_stopped = false;
    bool has_finished = false;
  };
  struct Planned {
    unsigned step = 0;
    Event event = Event::invalid;
    std::size_t subject = 0;
  };

  // Observer
  void pipeline_prepared(Pipeline& pipeline, const std::vector<Failure>& failures) override;
  void job_settled(Pipeline& pipeline, const JobReport& report) override;
  void item_left(Pipeline& pipeline, const Item& item) override;
  void source_failed(Pipeline& pipeline, const Failure& failure) override;
  void pipeline_finished(Pipeline& pipeline, const std::vector<JobRequest>& unstarted) override;

  void start() CAPSTAN_ON_LOOP;
  void draw_events();
  void move() CAPSTAN_ON_LOOP;
  bool nudge() CAPSTAN_ON_LOOP;
  void act(Event event, Subject& subject) CAPSTAN_ON_LOOP;
  void act_from_within() CAPSTAN_ON_LOOP;
  void cancel_one(Subject& subject) CAPSTAN_ON_LOOP;
  void check_step() CAPSTAN_ON_LOOP;
  void check_end() CAPSTAN_ON_LOOP;
  void check_subject(const Subject& subject) CAPSTAN_ON_LOOP;
  bool have_all_finished() const;
  Subject& subject_of(const Pipeline& pipeline);
  std::string describe() const;

  RoleScope role_{ThreadRole::loop};  // first, so that the engine is destroyed on the loop, too
  World world_;
  Dice dice_;
  FaultLogger log_{world_};
  ManualLoop loop_;
  Workers workers_;
  const std::size_t budget_;
  std::vector<std::unique_ptr<Subject>> subjects_;  // before the engine, which outlives no plan
  std::optional<Engine> engine_;
  std::optional<Inspector> inspector_;
  std::vector<Planned> events_;
  std::string happened_;
  bool acts_from_within_ = false;
  bool is_within_ = false;    // a call of the observer
  std::uint64_t n_jobs_ = 0;  // admitted, as far as is known
  std::size_t n_slots_ = 0;
  std::size_t largest_output_ = 0;
  std::size_t working_bytes_ = 0;
};

}  // namespace capstan::engine::simulation
