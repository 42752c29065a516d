// The worker threads that run sync stages.
#pragma once

#include <array>
#include <cstdint>
#include <thread>

#include "engine/task.hpp"

namespace capstan::engine {

/// A fixed set of workers behind one queue. Submissions and completions cross in batches: one lock
/// and at most one wake-up of the loop for each, which matters more than lock-freedom.
///
/// Threads: construct, submit, collect and destroy on the loop's side; workers are its own.
class Pool final : public Executor {
 public:
  explicit Pool(unsigned n_workers);
  ~Pool() override;
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  void announce_to(Loop& loop, Wake& target) override;
  void submit(std::vector<WorkerTask*>& batch) override CAPSTAN_ON_LOOP;
  void collect(std::vector<WorkerTask*>& finished) override CAPSTAN_ON_LOOP;
  void stop() override;
  unsigned n_workers() const noexcept { return static_cast<unsigned>(workers_.size()); }

 private:
  struct Fifo {
    WorkerTask* head = nullptr;
    WorkerTask* tail = nullptr;
  };
  static constexpr unsigned kRanks = 64;

  void work(unsigned number);
  void push(WorkerTask* task) CAPSTAN_REQUIRES(mutex_);
  WorkerTask* pop() CAPSTAN_REQUIRES(mutex_);
  WorkerTask* wait_for_task();
  void finish(WorkerTask* task);

  Mutex mutex_;
  std::condition_variable_any has_work_;
  std::array<Fifo, kRanks> queues_ CAPSTAN_GUARDED_BY(mutex_);
  std::uint64_t waiting_ranks_ CAPSTAN_GUARDED_BY(mutex_) = 0;  // bit r: queues_[r] is not empty
  unsigned n_idle_ CAPSTAN_GUARDED_BY(mutex_) = 0;
  bool is_stopping_ CAPSTAN_GUARDED_BY(mutex_) = false;
  Mutex finished_mutex_;
  std::vector<WorkerTask*> finished_ CAPSTAN_GUARDED_BY(finished_mutex_);
  Loop* loop_ = nullptr;
  Wake* target_ = nullptr;
  std::vector<std::thread> workers_;
};

}  // namespace capstan::engine
