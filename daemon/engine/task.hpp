// What the engine hands to its executor: the seam between the loop and the workers, and the place
// where a simulator drives the engine.
#pragma once

#include <vector>

#include <capstan/sdk/loop.hpp>

#include "loop/thread_role.hpp"

namespace capstan::engine {

/// A piece of work: `run` on a worker, then `done` on the loop. Owned by whoever submitted it and
/// alive until `done` has been called, which may destroy it.
class WorkerTask {
 public:
  virtual void run() noexcept = 0;
  virtual void done() noexcept CAPSTAN_ON_LOOP = 0;
  /// Nearness to the sink: higher ranks run first, equal ranks first in, first out.
  unsigned rank = 0;
  WorkerTask* next = nullptr;  // the executor's, while it holds the task

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
  /// Takes a batch and wakes as many workers as it needs; empties the vector.
  virtual void submit(std::vector<WorkerTask*>& batch) CAPSTAN_ON_LOOP = 0;
  /// Appends the tasks whose `run` has returned, in that order.
  virtual void collect(std::vector<WorkerTask*>& finished) CAPSTAN_ON_LOOP = 0;
  /// Runs what was submitted, then ends. Nothing may be submitted afterwards. Idempotent.
  virtual void stop() = 0;
};

}  // namespace capstan::engine
