// Workers in virtual time: a task takes as long as the seed says, and several overlap.
#pragma once

#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "engine/share_queue.hpp"
#include "engine/simulation/dice.hpp"

namespace capstan::engine {
class Slot;
}

namespace capstan::engine::simulation {

/// Keeps a worker for the task's virtual time and runs it, on the calling thread, at the beginning
/// or at the end of that time. Each worker is a timer of the loop, so that the loop's clock is the
/// only one. What follows in a segment goes on at once on the same worker.
class Workers final : public Executor, private Wake {
 public:
  Workers(std::uint64_t seed, Loop& loop);

  void announce_to(Loop& loop, Wake& target) override;
  unsigned add_share(unsigned weight) override { return queue_.add(weight); }
  void submit(std::vector<WorkerTask*>& batch) override;
  void collect(std::vector<WorkerTask*>& finished) override;
  bool begin_substitute() override;
  void end_substitute() override;
  unsigned n_spare_workers() const noexcept override { return 0; }
  bool may_hold_back() const noexcept override { return false; }
  void nudge() override {}
  void stop() override;

  bool is_idle() const noexcept { return queued_.empty() && queue_.size() == 0 && n_busy_ == 0; }
  unsigned n_substitutes() const noexcept { return n_substitutes_; }
  /// A slot that two workers were in at once, or none.
  const std::string& fault() const noexcept { return fault_; }

 private:
  using Duration = std::chrono::nanoseconds;
  struct Worker final : Wake {
    explicit Worker(Workers& workers) : owner(workers) {}
    void wake(unsigned) noexcept override { owner.end(*this); }
    Workers& owner;
    WorkerTask* task = nullptr;
    WorkerTask* following = nullptr;
    bool has_run = false;
    Duration duration{0};
    Loop::Watch* timer = nullptr;
  };
  struct Announcement final : Wake {
    explicit Announcement(Workers& workers) : owner(workers) {}
    void wake(unsigned) noexcept override { owner.announce(); }
    Workers& owner;
    Loop::Watch* timer = nullptr;
  };

  void wake(unsigned) noexcept override;  // tasks were submitted
  WorkerTask* next_task();
  void begin(Worker& worker, WorkerTask& task);
  void end(Worker& worker);
  void execute(Worker& worker);
  void announce();
  Duration draw_duration();
  void enter(WorkerTask& task);
  void leave(WorkerTask& task);

  Dice dice_;
  Loop& loop_;
  Wake* target_ = nullptr;
  Announcement announcement_{*this};
  const unsigned n_workers_;
  const bool is_fair_;           // the pool's queue; else any task is next
  const Duration unit_;          // most tasks take some of these
  const unsigned stuck_one_in_;  // how rare tasks are that take very long
  const unsigned lag_;           // units until the loop hears of a task's end, at most
  ShareQueue queue_;
  std::vector<WorkerTask*> queued_;
  std::vector<WorkerTask*> finished_;
  std::vector<std::unique_ptr<Worker>> workers_;
  unsigned n_busy_ = 0;
  unsigned n_substitutes_ = 0;
  unsigned n_surplus_ = 0;
  bool is_start_posted_ = false;
  std::unordered_set<const Slot*> entered_;
  std::string fault_;
};

}  // namespace capstan::engine::simulation
