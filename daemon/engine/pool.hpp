// The worker threads that run sync stages.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

#include "engine/share_queue.hpp"

namespace capstan::engine {

/// Workers behind one queue. Submissions and completions cross in batches, which matters more than
/// lock-freedom: waking a thread costs more than a short task.
///
/// A worker tells the loop of what it has finished when it finds nothing more to do, before a task
/// that may be long, and when kWordDelay has passed. Waiting tasks wake as many workers as their
/// time is worth; after a short task one worker looks out for the next before it sleeps. Where a
/// task that should be short is not, the loop's nudge makes up for it.
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
  unsigned n_spare_workers() const noexcept override;
  bool may_hold_back() const noexcept override { return true; }
  void nudge() override CAPSTAN_ON_LOOP;
  /// As many as there are workers, at most.
  bool begin_substitute() override CAPSTAN_ON_LOOP;
  void end_substitute() override CAPSTAN_ON_LOOP;
  void stop() override;
  unsigned n_workers() const noexcept { return n_workers_; }

 private:
  using Clock = Loop::Clock;
  // About what waking a thread costs: work in hand that is worth less is not worth a wake-up.
  static constexpr std::chrono::nanoseconds kSlice = std::chrono::microseconds(20);
  // After which the loop is told of what has been finished, so that it wakes meanwhile.
  static constexpr std::chrono::nanoseconds kWordDelay = std::chrono::microseconds(4);

  // Yields to look for work before a worker sleeps: about 40 us.
  static constexpr int kLooks = 100;
  // A look that took longer gave the CPU to others, who had it for their time slices.
  static constexpr std::chrono::nanoseconds kLongLook = std::chrono::microseconds(250);
  // For so many times as long nobody looks then.
  static constexpr int kPauseAfterLongLook = 32;

  /// A worker's own state.
  struct Worker {
    unsigned number = 0;
    // What it owes the queue for the task it ran last.
    unsigned share = 0;
    std::chrono::nanoseconds expected{0};
    std::chrono::nanoseconds took{0};
    bool is_in_long_task = false;
    bool owes_word = false;  // of finished tasks
    Clock::time_point owes_since;
    Clock::time_point now;
  };

  void start_worker();
  void join_retired();
  bool keep_surplus();
  void work(unsigned number);
  WorkerTask* next_task(Worker& worker);
  WorkerTask* take_task(Worker& worker) CAPSTAN_REQUIRES(mutex_);
  void run_chain(Worker& worker, WorkerTask* task);
  void look_for_work() noexcept;
  void finish(Worker& worker, WorkerTask* task);
  void announce(Worker& worker);

  const unsigned n_workers_;
  mutable Mutex mutex_;
  Condition has_work_;
  ShareQueue queue_ CAPSTAN_GUARDED_BY(mutex_);
  unsigned n_idle_ CAPSTAN_GUARDED_BY(mutex_) = 0;
  unsigned n_waking_ CAPSTAN_GUARDED_BY(mutex_) = 0;   // of the idle, those that were called
  unsigned n_in_long_ CAPSTAN_GUARDED_BY(mutex_) = 0;  // workers in tasks that may be long
  unsigned n_alive_ CAPSTAN_GUARDED_BY(mutex_) = 0;
  unsigned n_surplus_ CAPSTAN_GUARDED_BY(mutex_) = 0;         // workers that may go
  std::vector<unsigned> retired_ CAPSTAN_GUARDED_BY(mutex_);  // ended, not joined yet
  bool is_stopping_ CAPSTAN_GUARDED_BY(mutex_) = false;
  std::atomic<bool> has_tasks_{false};  // a hint, for who looks
  std::atomic<bool> is_looking_{false};
  Clock::time_point may_look_from_;  // belongs to the worker that set is_looking_
  Mutex finished_mutex_;
  // A list through WorkerTask::next: workers have no use for memory here that they may not get.
  WorkerTask* first_finished_ CAPSTAN_GUARDED_BY(finished_mutex_) = nullptr;
  WorkerTask* last_finished_ CAPSTAN_GUARDED_BY(finished_mutex_) = nullptr;
  bool is_announced_ CAPSTAN_GUARDED_BY(finished_mutex_) = false;
  Loop* loop_ = nullptr;
  Wake* target_ = nullptr;
  unsigned n_substitutes_ = 0;
  std::vector<std::thread> workers_;
};

}  // namespace capstan::engine
