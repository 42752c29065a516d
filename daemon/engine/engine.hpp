// What the pipelines of one daemon share: loop, executor, memory budget, the pump.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <capstan/sdk/context.hpp>
#include <capstan/sdk/item.hpp>

#include "engine/task.hpp"
#include "graph/graph.hpp"

namespace capstan::engine {

class Observer;
class Pipeline;

/// Home: the loop. Work is handed to the executor, and finished work taken back, once an iteration
/// of the loop.
class Engine final : public Wake {
 public:
  /// `memory_budget`: payload bytes in flight above which no stage is begun but the one nearest the
  /// sink.
  Engine(Loop& loop, Executor& executor, Logger& log, std::size_t memory_budget);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Adds a pipeline; `plan` and `observer` outlive the engine. It is prepared next, by its owner.
  Pipeline& add(const graph::Pipeline& plan, Observer& observer) CAPSTAN_ON_LOOP;

  // For pipelines and slots.
  Loop& loop() noexcept { return loop_; }
  Logger& log() noexcept { return log_; }
  MemoryAccount& memory() noexcept { return memory_; }
  bool is_over_budget() const noexcept {
    return memory_.bytes.load(std::memory_order_relaxed) >=
           static_cast<std::int64_t>(memory_budget_);
  }
  /// Gives a task to the executor at the end of this iteration.
  void submit(WorkerTask& task) CAPSTAN_ON_LOOP;
  /// Has pump() run later in this iteration.
  void schedule() CAPSTAN_ON_LOOP;
  /// Destroys an item; a large one on a worker, since unmapping its memory may stall.
  void dispose(Item item) CAPSTAN_ON_LOOP;
  std::uint64_t next_job_number() CAPSTAN_ON_LOOP { return ++n_jobs_; }
  /// An item entered a step of an async stage, or left it.
  void step_begun() noexcept { ++n_awaiting_; }
  void step_ended() noexcept { --n_awaiting_; }

  /// Takes finished work back and moves everything that can move. Called by the loop.
  void wake(unsigned events) noexcept override;

 private:
  void pump() CAPSTAN_ON_LOOP;
  void collect() CAPSTAN_ON_LOOP;
  void hand_over() CAPSTAN_ON_LOOP;

  Loop& loop_;
  Executor& executor_;
  Logger& log_;
  const std::size_t memory_budget_;
  MemoryAccount memory_;
  std::vector<std::unique_ptr<Pipeline>> pipelines_ CAPSTAN_LOOP_ONLY;
  std::vector<WorkerTask*> batch_ CAPSTAN_LOOP_ONLY;
  std::vector<WorkerTask*> finished_ CAPSTAN_LOOP_ONLY;
  std::vector<Item> disposed_ CAPSTAN_LOOP_ONLY;
  std::size_t n_working_ = 0;  // tasks handed over and not yet back
  std::size_t n_awaiting_ = 0;
  std::uint64_t n_jobs_ CAPSTAN_LOOP_ONLY = 0;
  bool is_scheduled_ CAPSTAN_LOOP_ONLY = false;
};

}  // namespace capstan::engine
