// What the engine hands to its executor: the seam between the loop and the workers, and the place
// where a simulator drives the engine.
#pragma once

#include <atomic>
#include <chrono>
#include <vector>

#include <capstan/sdk/loop.hpp>

#include "loop/thread_role.hpp"

namespace capstan::engine {

/// A piece of work: `run` on a worker, then `done` on the loop. Owned by whoever submitted it and
/// alive until `done` has been called, which may destroy it.
class WorkerTask {
 public:
  /// Returns a task to be run next on the same worker, while the data is in its cache, or null. It
  /// finishes after this one.
  virtual WorkerTask* run() noexcept = 0;
  virtual void done() noexcept CAPSTAN_ON_LOOP = 0;

  /// Nearness to the sink: of one share, higher ranks run first, equal ranks first in, first out.
  unsigned rank = 0;
  /// Whose part of the workers' time this takes; see Executor::add_share. 0: the engine's own.
  unsigned share = 0;
  /// While it is under way nobody goes over the memory budget: its end will free memory.
  bool frees_memory = true;
  /// How long it will probably take.
  std::chrono::nanoseconds expected{0};
  /// None of its kind has taken long lately: it may share a wake-up with others.
  bool is_short = false;

  void mark_started(Loop::Clock::time_point now) noexcept {
    const auto at = now.time_since_epoch().count();
    started_at.store(at ? at : 1, std::memory_order_relaxed);
  }

  // Written by the executor.
  std::atomic<Loop::Clock::rep> started_at{0};  ///< 0 until a worker begins
  std::chrono::nanoseconds took{0};             ///< in `run`; for `done`
  WorkerTask* next = nullptr;                   ///< while the executor holds the task

 protected:
  ~WorkerTask() = default;
};

/// Runs tasks. Its members are called on the loop.
class Executor {
 public:
  virtual ~Executor() = default;
  /// Has `target` called on `loop` whenever finished tasks begin to wait for collect(). Once,
  /// before the first submit; both outlive the executor's workers.
  virtual void announce_to(Loop& loop, Wake& target) = 0;
  /// A new share of the workers' time: while several have tasks waiting, each gets time in
  /// proportion to its weight.
  virtual unsigned add_share(unsigned weight) CAPSTAN_ON_LOOP = 0;
  /// Takes a batch and wakes as many workers as it needs; empties the vector.
  virtual void submit(std::vector<WorkerTask*>& batch) CAPSTAN_ON_LOOP = 0;
  /// Appends the tasks whose `run` has returned, in that order.
  virtual void collect(std::vector<WorkerTask*>& finished) CAPSTAN_ON_LOOP = 0;
  /// Workers without a task, beyond those that the waiting tasks will take. Any thread.
  virtual unsigned n_spare_workers() const noexcept = 0;
  /// Whether finished tasks, and waiting ones, may be held back for want of a wake-up while others
  /// that should have been short run on. Whoever hands over short tasks then calls nudge() and
  /// collect() now and then.
  virtual bool may_hold_back() const noexcept = 0;
  virtual void nudge() CAPSTAN_ON_LOOP = 0;
  /// A worker is stuck in a call beyond its time limit: another may take its place until
  /// end_substitute(). False when no more can be had.
  virtual bool begin_substitute() CAPSTAN_ON_LOOP = 0;
  virtual void end_substitute() CAPSTAN_ON_LOOP = 0;
  /// Runs what was submitted, then ends. Nothing may be submitted afterwards. Idempotent.
  virtual void stop() = 0;
};

}  // namespace capstan::engine
