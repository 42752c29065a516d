// Two pipelines share workers whose time is virtual: the engine and the pool's queue, without its
// threads.
#include <gtest/gtest.h>

#include <map>

#include "engine/engine_rig.hpp"
#include "engine/share_queue.hpp"
#include "engine/test_stages.hpp"

namespace capstan::engine {
namespace {

using namespace std::chrono_literals;

/// Workers that take from the pool's queue. A task keeps its worker for the time that its
/// pipeline's tasks take, and the clock is that of the worker that is next to be free.
class SharedWorkers final : public Executor {
 public:
  SharedWorkers(ManualLoop& loop, unsigned n_workers) : loop_(loop), free_at_(n_workers) {}
  void announce_to(Loop&, Wake& target) override { target_ = &target; }
  unsigned add_share(unsigned weight) override { return queue_.add(weight); }
  void submit(std::vector<WorkerTask*>& batch) override {
    for (WorkerTask* task : batch) queue_.push(*task);
    batch.clear();
  }
  void collect(std::vector<WorkerTask*>& finished) override { finished.swap(finished_); }
  unsigned n_spare_workers() const noexcept override { return 0; }
  bool may_hold_back() const noexcept override { return false; }
  void nudge() override {}
  bool begin_substitute() override { return false; }
  void end_substitute() override {}
  void stop() override {
    while (run_one()) {
    }
  }

  /// What the next free worker does. False when nothing waits.
  bool run_one() {
    const auto worker = std::min_element(free_at_.begin(), free_at_.end());
    WorkerTask* task = queue_.pop();
    if (!task) return false;
    now = std::max(now, *worker);
    const auto* run = dynamic_cast<const Run*>(task);
    const bool takes_time = run && !run->node.is_source();
    {
      const RoleScope role(ThreadRole::worker);
      task->run();
    }
    task->took = takes_time ? task_takes[task->share] : 0ns;
    spent[task->share] += task->took;
    *worker = now + task->took;
    queue_.settle(task->share, task->took, task->expected);
    finished_.push_back(task);
    loop_.post(*target_);
    return true;
  }

  std::map<unsigned, std::chrono::nanoseconds> task_takes, spent;  // by share
  std::chrono::nanoseconds now{0};

 private:
  ManualLoop& loop_;
  Wake* target_ = nullptr;
  ShareQueue queue_;
  std::vector<WorkerTask*> finished_;
  std::vector<std::chrono::nanoseconds> free_at_;
};

/// Two pipelines that always have work, for ten seconds.
class Contest final : public Observer {
 public:
  struct Side {
    std::chrono::nanoseconds task_takes;
    unsigned weight = 1;
  };
  Contest(unsigned n_workers, Side long_side, Side short_side)
      : workers_(loop_, n_workers), engine_(loop_, workers_, log_, SIZE_MAX / 4) {
    add(long_plan_, long_side);
    add(short_plan_, short_side);
    while (workers_.now < 10s) {
      loop_.run_until_idle();
      workers_.run_one();
    }
  }
  /// The part of all time that the pipeline of long tasks got.
  double long_share() {
    const auto of_long = workers_.spent[1], of_short = workers_.spent[2];
    return static_cast<double>(of_long.count()) / static_cast<double>((of_long + of_short).count());
  }

  void pipeline_prepared(Pipeline& pipeline, const std::vector<Failure>&) override {
    loop_home.check();
    pipeline.run();
  }
  void job_settled(Pipeline&, const JobReport&) override {}
  void source_failed(Pipeline&, const Failure&) override {}
  void pipeline_finished(Pipeline&, const std::vector<JobRequest>&) override {}

 private:
  void add(PlanOfStages& plan, const Side& side) {
    loop_home.check();
    plan.plan.weight = side.weight;
    plan.add(kSource, {{"n", "1000000"}}, {});
    plan.add(kPass, {}, {.concurrency = 4});
    Pipeline& pipeline = engine_.add(plan.plan, *this);
    workers_.task_takes[pipeline.share()] = side.task_takes;
    pipeline.prepare();
  }

  RoleScope role_{ThreadRole::loop};
  LineLogger log_;
  ManualLoop loop_;
  PlanOfStages long_plan_, short_plan_;
  SharedWorkers workers_;
  Engine engine_;
};

constexpr double kNear = 0.03;

TEST(Fairness, APipelineOfLongTasksDoesNotStarveOneOfShortOnes) {
  EXPECT_NEAR(Contest(1, {100ms}, {1ms}).long_share(), 0.5, kNear);
  EXPECT_NEAR(Contest(2, {100ms}, {1ms}).long_share(), 0.5, kNear);
  EXPECT_NEAR(Contest(4, {50ms}, {200us}).long_share(), 0.5, kNear);
}

TEST(Fairness, PipelinesShareTheWorkersByWeight) {
  EXPECT_NEAR(Contest(1, {100ms, 3}, {1ms, 1}).long_share(), 0.75, kNear);
  EXPECT_NEAR(Contest(2, {20ms, 1}, {1ms, 4}).long_share(), 0.2, kNear);
  EXPECT_NEAR(Contest(2, {1ms, 1}, {1ms, 9}).long_share(), 0.1, kNear);
}

}  // namespace
}  // namespace capstan::engine
