// What the pipelines of one daemon share: loop, executor, memory budget, the pump.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include <capstan/sdk/context.hpp>
#include <capstan/sdk/item.hpp>

#include "engine/budget.hpp"
#include "engine/task.hpp"
#include "graph/graph.hpp"

namespace capstan::engine {

class Observer;
class Pipeline;

/// Home: the loop. Work is handed to the executor, and finished work taken back, once an iteration
/// of the loop.
class Engine final : public Wake {
 public:
  /// `memory_budget`: bytes of payload in flight. `seed` is for the jitter of pauses.
  Engine(Loop& loop, Executor& executor, Logger& log, std::size_t memory_budget, unsigned seed = 1,
         const InputRules& input_rules = {});
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Adds a pipeline; `plan` and `observer` outlive the engine. It is prepared next, by its owner.
  Pipeline& add(const graph::Pipeline& plan, Observer& observer) CAPSTAN_ON_LOOP;
  std::uint64_t n_overdrafts() const noexcept CAPSTAN_ON_LOOP { return n_overdrafts_; }

  // For pipelines and slots.
  Loop& loop() noexcept { return loop_; }
  Logger& log() noexcept { return log_; }
  Budget& budget() noexcept { return budget_; }
  const InputRules& input_rules() const noexcept { return input_rules_; }
  Executor& executor() noexcept { return executor_; }
  /// Gives a task to the executor at the end of this iteration.
  void submit(WorkerTask& task) CAPSTAN_ON_LOOP;
  /// Has pump() run later, in this iteration of the loop or the next.
  void schedule() CAPSTAN_ON_LOOP;
  /// Destroys an item; a large one on a worker, since unmapping its memory may stall.
  void dispose(Item item) CAPSTAN_ON_LOOP {
    if (item) dispose_payload(std::move(item));
  }
  std::uint64_t next_job_number() CAPSTAN_ON_LOOP { return ++n_jobs_; }
  /// Between half of it and the whole: those that failed together do not come back together.
  std::chrono::nanoseconds jitter(std::chrono::nanoseconds pause) CAPSTAN_ON_LOOP;
  /// Asks the executor for another worker, in place of one that is stuck in a stage. That there is
  /// none is said once, in the stage's name, until there is one again.
  bool begin_substitute(Logger& stage) CAPSTAN_ON_LOOP;
  /// Whether it is being destroyed: nothing is taken up any more, and nobody is told.
  bool is_ending() const noexcept { return is_ending_; }
  /// A worker went on with a task that nobody handed over.
  void task_followed(const WorkerTask& task) CAPSTAN_ON_LOOP {
    ++n_working_;
    n_freeing_ += task.frees_memory;
  }
  /// A step of an async stage that will free memory has begun, or ended.
  void step_begun() noexcept { ++n_awaiting_; }
  void step_ended() noexcept { --n_awaiting_; }

  /// Takes finished work back and moves everything that can move. Called by the loop.
  void wake(unsigned events) noexcept override;

 private:
  void pump() CAPSTAN_ON_LOOP;
  void overdraw() CAPSTAN_ON_LOOP;
  std::size_t take_up(std::size_t first) CAPSTAN_ON_LOOP;
  void hand_over() CAPSTAN_ON_LOOP;
  void dispose_payload(Item item) CAPSTAN_ON_LOOP;

  Loop& loop_;
  Executor& executor_;
  Logger& log_;
  Budget budget_;
  const InputRules input_rules_;
  std::minstd_rand random_ CAPSTAN_LOOP_ONLY;
  std::vector<std::unique_ptr<Pipeline>> pipelines_ CAPSTAN_LOOP_ONLY;
  std::vector<WorkerTask*> batch_ CAPSTAN_LOOP_ONLY;
  std::vector<WorkerTask*> finished_ CAPSTAN_LOOP_ONLY;
  std::vector<Item> disposed_ CAPSTAN_LOOP_ONLY;
  std::int64_t n_working_ CAPSTAN_LOOP_ONLY = 0;  // tasks handed over and not yet back
  std::int64_t n_freeing_ CAPSTAN_LOOP_ONLY = 0;  // of them, those that will free memory
  std::size_t n_awaiting_ = 0;
  bool lacks_substitute_ CAPSTAN_LOOP_ONLY = false;
  bool is_ending_ = false;
  std::uint64_t n_jobs_ CAPSTAN_LOOP_ONLY = 0;
  std::uint64_t n_overdrafts_ CAPSTAN_LOOP_ONLY = 0;
  Loop::Watch* nudge_timer_ CAPSTAN_LOOP_ONLY = nullptr;
  bool is_scheduled_ CAPSTAN_LOOP_ONLY = false;
  bool is_awake_ CAPSTAN_LOOP_ONLY = false;  // within wake()
};

}  // namespace capstan::engine
