// The engine on its real loop and real workers. What is decided is tested in pipeline_test.cpp;
// here it is where things run, and that nothing is lost between threads.
#include <gtest/gtest.h>

#include <thread>

#include "engine/live_rig.hpp"
#include "engine/test_stages.hpp"

namespace capstan::engine {
namespace {

/// Runs a plan to its end.
Tally run(PlanOfStages& stages, unsigned n_workers) {
  seen.n_wrong_thread = seen.n_entered = seen.max_inside = 0;
  seen.loop_thread = std::this_thread::get_id();
  LiveRig rig(n_workers);
  const Pipeline& pipeline = rig.add("p", std::move(stages.plan));
  rig.run();
  seen.loop_thread = {};
  return rig.tally(pipeline);
}

TEST(Threads, SyncStagesRunOnWorkersAndAsyncStagesOnTheLoop) {
  PlanOfStages stages;
  stages.add(kSource, {{"n", "300"}}, {});
  stages.add(kPass, {}, {.concurrency = 3});
  stages.add(kNap, {{"n", "0"}}, {.concurrency = 64});
  stages.add(kOffloads, {}, {.concurrency = 4});
  const Tally tally = run(stages, 2);
  EXPECT_EQ(seen.n_wrong_thread, 0) << "by role or by thread id";
  EXPECT_EQ(tally.n_left, 300U);
  EXPECT_EQ(seen.n_instances, 0);
}

TEST(Threads, OneWorkerIsEnoughForAnyGraph) {
  PlanOfStages stages;
  stages.add(kSource, {{"n", "20"}}, {});
  stages.add(kSplit, {{"n", "7"}}, {.concurrency = 2});
  stages.add(kPass, {}, {.inputs = {1}});
  stages.add(kOffloads, {}, {.inputs = {1}});
  stages.add(kJoin, {}, {.concurrency = 2, .inputs = {2, 3}});
  stages.add(kBatch, {{"n", "3"}}, {});
  const Tally tally = run(stages, 1);
  EXPECT_EQ(tally.n_done, 20U);
  EXPECT_EQ(tally.n_left, 7U);
}

TEST(Threads, NothingIsLostBetweenThreads) {
  PlanOfStages stages;
  stages.add(kSource, {{"n", "2000"}}, {});
  stages.add(kPass, {}, {.concurrency = 2, .queue_items = 8});
  stages.add(kSplit, {{"n", "5"}}, {.concurrency = 3, .queue_items = 8});
  stages.add(kPass, {}, {.concurrency = 2, .order = graph::Order::none});
  const Tally tally = run(stages, 2);
  EXPECT_EQ(tally.n_done, 2000U);
  EXPECT_EQ(tally.n_left, 10000U);
}

}  // namespace
}  // namespace capstan::engine
