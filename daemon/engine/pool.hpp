// The worker threads that run sync stages.
#pragma once

#include <cstdint>
#include <thread>

#include "engine/share_queue.hpp"

namespace capstan::engine {

/// Workers behind one queue. Submissions and completions cross in batches: one lock and at most one
/// wake-up of the loop for each, which matters more than lock-freedom.
///
/// Threads: construct, submit, collect and destroy on the loop's side; workers are its own.
class Pool final : public Executor {
 public:
  /// Throws std::system_error when the system has no threads left.
  explicit Pool(unsigned n_workers);
  ~Pool() override;
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  void announce_to(Loop& loop, Wake& target) override;
  unsigned add_share(unsigned weight) override CAPSTAN_ON_LOOP;
  void submit(std::vector<WorkerTask*>& batch) override CAPSTAN_ON_LOOP;
  void collect(std::vector<WorkerTask*>& finished) override CAPSTAN_ON_LOOP;
  /// As many as there are workers, at most.
  bool begin_substitute() override CAPSTAN_ON_LOOP;
  void end_substitute() override CAPSTAN_ON_LOOP;
  void stop() override;
  unsigned n_workers() const noexcept { return n_workers_; }

 private:
  using Clock = Loop::Clock;
  /// What a worker still owes the queue for the task it ran last.
  struct Debt {
    unsigned share = 0;
    std::chrono::nanoseconds expected{0};
    std::chrono::nanoseconds took{0};
  };

  void start_worker();
  void work(unsigned number);
  WorkerTask* wait_for_task(const Debt& debt, bool& has_waited);
  Clock::time_point run_chain(WorkerTask* task, Clock::time_point begun, Debt& debt);
  void finish(WorkerTask* task);

  const unsigned n_workers_;
  Mutex mutex_;
  Condition has_work_;
  ShareQueue queue_ CAPSTAN_GUARDED_BY(mutex_);
  unsigned n_idle_ CAPSTAN_GUARDED_BY(mutex_) = 0;
  unsigned n_surplus_ CAPSTAN_GUARDED_BY(mutex_) = 0;  // workers that may go
  bool is_stopping_ CAPSTAN_GUARDED_BY(mutex_) = false;
  Mutex finished_mutex_;
  std::vector<WorkerTask*> finished_ CAPSTAN_GUARDED_BY(finished_mutex_);
  Loop* loop_ = nullptr;
  Wake* target_ = nullptr;
  unsigned n_substitutes_ = 0;
  std::vector<std::thread> workers_;
};

}  // namespace capstan::engine
