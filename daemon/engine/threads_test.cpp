// The engine on its real loop and real workers. What is decided is tested in pipeline_test.cpp;
// here it is where things run, and that nothing is lost between threads.
#include <gtest/gtest.h>

#include "engine/engine_rig.hpp"
#include "engine/pool.hpp"
#include "engine/test_stages.hpp"
#include "graph/segments.hpp"
#include "loop/event_loop.hpp"

namespace capstan::engine {
namespace {

/// Runs a plan to its end.
class LiveRun final : public PlanOfStages, public Observer {
 public:
  void run(unsigned n_workers) {
    loop_home.check();
    seen.n_wrong_thread = seen.n_entered = seen.max_inside = 0;
    seen.loop_thread = std::this_thread::get_id();
    plan.name = "p";
    graph::mark_segments(plan);
    Pool pool(n_workers);
    Engine engine(loop_, pool, log_, SIZE_MAX / 4);
    engine.add(plan, *this).prepare();
    loop_.run();
    seen.loop_thread = {};
  }
  std::size_t n_left = 0;
  std::size_t n_done = 0;

 private:
  void pipeline_prepared(Pipeline& pipeline, const std::vector<Failure>& failures) override {
    loop_home.check();
    EXPECT_TRUE(failures.empty());
    pipeline.run();
  }
  void job_settled(Pipeline&, const JobReport& report) override {
    n_done += report.state == JobState::done;
  }
  void item_left(Pipeline&, const Item&) override { ++n_left; }
  void source_failed(Pipeline&, const Failure&) override { ADD_FAILURE(); }
  void pipeline_finished(Pipeline&, const std::vector<JobRequest>&) override { loop_.quit(); }

  RoleScope role_{ThreadRole::loop};
  LineLogger log_;
  EventLoop loop_;
};

TEST(Threads, SyncStagesRunOnWorkersAndAsyncStagesOnTheLoop) {
  LiveRun live;
  live.add(kSource, {{"n", "300"}}, {});
  live.add(kPass, {}, {.concurrency = 3});
  live.add(kNap, {{"n", "0"}}, {.concurrency = 64});
  live.add(kOffloads, {}, {.concurrency = 4});
  live.run(2);
  EXPECT_EQ(seen.n_wrong_thread, 0) << "by role or by thread id";
  EXPECT_EQ(live.n_left, 300U);
  EXPECT_EQ(seen.n_instances, 0);
}

TEST(Threads, OneWorkerIsEnoughForAnyGraph) {
  LiveRun live;
  live.add(kSource, {{"n", "20"}}, {});
  live.add(kSplit, {{"n", "7"}}, {.concurrency = 2});
  live.add(kPass, {}, {.inputs = {1}});
  live.add(kOffloads, {}, {.inputs = {1}});
  live.add(kJoin, {}, {.concurrency = 2, .inputs = {2, 3}});
  live.add(kBatch, {{"n", "3"}}, {});
  live.run(1);
  EXPECT_EQ(live.n_done, 20U);
  EXPECT_EQ(live.n_left, 7U);
}

TEST(Threads, NothingIsLostBetweenThreads) {
  LiveRun live;
  live.add(kSource, {{"n", "2000"}}, {});
  live.add(kPass, {}, {.concurrency = 2, .queue_items = 8});
  live.add(kSplit, {{"n", "5"}}, {.concurrency = 3, .queue_items = 8});
  live.add(kPass, {}, {.concurrency = 2, .order = graph::Order::none});
  live.run(2);
  EXPECT_EQ(live.n_done, 2000U);
  EXPECT_EQ(live.n_left, 10000U);
}

}  // namespace
}  // namespace capstan::engine
