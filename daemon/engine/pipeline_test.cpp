#include "engine/seeded_test.hpp"

namespace capstan::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

class PipelineTest : public SeededTest {};
INSTANTIATE_TEST_SUITE_P(Seeds, PipelineTest, ::testing::Range(0U, 25U));

TEST_P(PipelineTest, EverySubmittedItemLeavesOnce) {
  Rig rig(GetParam());
  loop_home.check();
  rig.stage(kPass, {}, {.concurrency = 3}).stage(kPass).start();
  for (const std::string& input : numbered("", 20)) rig.submit(input);
  rig.run();
  EXPECT_TRUE(rig.has_finished);
  EXPECT_EQ(rig.all_left.size(), 20U);
  EXPECT_EQ(rig.settled.size(), 20U);
  for (const auto& [input, state] : rig.settled) EXPECT_EQ(state, JobState::done) << input;
}

TEST_P(PipelineTest, CredentialsOfAUrlAreNotShown) {
  Rig rig(GetParam());
  rig.stage(kPass).start();
  rig.submit("http://me:secret@host:80/a@b").run();
  EXPECT_EQ(rig.all_left, Texts{"http://me:secret@host:80/a@b"}) << "the stage needs them";
  EXPECT_EQ(rig.settled_order, Texts{"http://host:80/a@b"});
}

TEST_P(PipelineTest, SourceCreatesJobs) {
  Rig rig(GetParam());
  loop_home.check();
  rig.stage(kSource, {{"n", "30"}}).stage(kPass, {}, {.concurrency = 2}).run();
  EXPECT_TRUE(rig.has_finished);
  EXPECT_EQ(rig.settled.size(), 30U);
  EXPECT_EQ(rig.pipeline->n_expected_jobs(), 30U);
}

TEST_P(PipelineTest, NeverMoreThanConcurrencyInsideASyncStage) {
  Rig rig(GetParam());
  loop_home.check();
  rig.stage(kSource, {{"n", "40"}}).stage(kPass, {}, {.concurrency = 3}).run();
  EXPECT_LE(seen.max_inside, 3);
}

TEST_P(PipelineTest, NeverMoreThanConcurrencyInsideAnAsyncStage) {
  for (const auto order : {graph::Order::job, graph::Order::none, graph::Order::global}) {
    Rig rig(GetParam());
    rig.stage(kSource, {{"n", "40"}}).stage(kNap, {}, {.concurrency = 5, .order = order}).run();
    EXPECT_TRUE(rig.has_finished);
    EXPECT_EQ(seen.max_inside, 5);
  }
}

TEST_P(PipelineTest, OneToManyStageKeepsTheOrderOfAJobWhenItsItemsOvertake) {
  for (const auto* type : {&kSplit, &kNapSplit}) {
    Rig rig(GetParam());
    rig.stage(kSplit, {{"n", "5"}})
        .stage(*type, {{"n", "4"}}, {.concurrency = 3})
        .stage(kNap, {}, {.concurrency = 3})
        .start();
    rig.submit("a").submit("b").run();
    for (const std::string job : {"a", "b"}) {
      Texts expected;
      for (int i = 0; i < 5; ++i) {
        for (int k = 0; k < 4; ++k) {
          expected.push_back(job + "/" + std::to_string(i) + "/" + std::to_string(k));
        }
      }
      EXPECT_EQ(rig.outputs(job), expected);
    }
  }
}

TEST_P(PipelineTest, GlobalOrderKeepsJobsInOrder) {
  Rig rig(GetParam());
  loop_home.check();
  rig.stage(kSource, {{"n", "12"}})
      .stage(kNap, {}, {.concurrency = 4, .order = graph::Order::global})
      .stage(kPass, {}, {.concurrency = 4, .order = graph::Order::global})
      .run();
  EXPECT_EQ(rig.all_left, numbered("", 12));
}

TEST_P(PipelineTest, IndexCountsTheOutputsOfAJobBehindAOneToManyStage) {
  Rig rig(GetParam());
  loop_home.check();
  rig.stage(kSplit, {{"n", "2"}})
      .stage(kSplit, {{"n", "2"}}, {.concurrency = 2})
      .stage(kPass, {}, {.concurrency = 2})
      .start();
  rig.submit("a").run();
  EXPECT_THAT(rig.indexes["a"], ElementsAre(0, 1, 2, 3));
}

TEST_P(PipelineTest, FailureOfOneJobTouchesNoOther) {
  Rig rig(GetParam());
  loop_home.check();
  rig.stage(kSplit, {{"n", "3"}}).stage(kFails, {}, {.concurrency = 2}).start();
  rig.submit("a").submit("bad").submit("odd").submit("b").run();
  EXPECT_TRUE(rig.has_finished);
  EXPECT_EQ(rig.settled["a"], JobState::done);
  EXPECT_EQ(rig.settled["b"], JobState::done);
  EXPECT_EQ(rig.settled["bad"], JobState::failed);
  EXPECT_EQ(rig.messages["bad"], "bad text");
  EXPECT_EQ(rig.messages["odd"], "threw something that is not a std::exception");
  EXPECT_EQ(rig.outputs("a").size(), 3U);
  EXPECT_EQ(rig.outputs("b").size(), 3U);
}

TEST_P(PipelineTest, FailedItemIsDroppedWhereTheStageSaysSo) {
  Rig rig(GetParam());
  loop_home.check();
  rig.stage(kFails, {}, {.on_error = graph::OnError::drop}).start();
  rig.submit("bad").submit("good").run();
  EXPECT_EQ(rig.settled["bad"], JobState::done);
  EXPECT_EQ(rig.n_dropped, 1U);
  EXPECT_EQ(rig.all_left, Texts{"good"});
}

TEST_P(PipelineTest, FailedItemIsTriedAgainAfterAPauseThatDoubles) {
  seen.fail_first = 2;
  Rig rig(GetParam());
  loop_home.check();
  rig.stage(kFails, {}, {.retry = {.n_retries = 2, .backoff = 100ms}}).start();
  rig.submit("a").run_until_idle();
  EXPECT_THAT(rig.all_left, IsEmpty());
  // Each pause is somewhere between its half and its whole.
  rig.loop.advance(49ms);
  rig.run_until_idle();
  EXPECT_EQ(seen.n_tries["a"], 1);
  rig.loop.advance(51ms);
  rig.run_until_idle();
  EXPECT_EQ(seen.n_tries["a"], 2);
  rig.loop.advance(99ms);
  rig.run_until_idle();
  EXPECT_EQ(seen.n_tries["a"], 2);
  rig.loop.advance(101ms);
  rig.run();
  EXPECT_EQ(rig.settled["a"], JobState::done);
}

TEST_P(PipelineTest, RetryingItemKeepsItsTurn) {
  seen.fail_first = 1;
  Rig rig(GetParam());
  loop_home.check();
  rig.stage(kSplit, {{"n", "6"}})
      .stage(kFails, {}, {.concurrency = 2, .retry = {.n_retries = 1, .backoff = 1ms}})
      .start();
  rig.submit("a").run();
  EXPECT_EQ(rig.outputs("a"), numbered("a/", 6));
}

TEST_P(PipelineTest, ItemThatFailsEveryTryFailsItsJob) {
  seen.fail_first = 9;
  Rig rig(GetParam());
  loop_home.check();
  rig.stage(kFails, {}, {.retry = {.n_retries = 2, .backoff = 1ms}}).start();
  rig.submit("a").run();
  EXPECT_EQ(rig.settled["a"], JobState::failed);
  EXPECT_EQ(seen.n_tries["a"], 3);
}

TEST_P(PipelineTest, DroppedItemsLeaveTheJobDone) {
  Rig rig(GetParam());
  loop_home.check();
  rig.stage(kSplit, {{"n", "6"}}).stage(kHalves).start();
  rig.submit("a").run();
  EXPECT_EQ(rig.settled["a"], JobState::done);
  EXPECT_EQ(rig.n_dropped, 3U);
}

TEST_P(PipelineTest, FullQueueSuspendsAGeneratorAndHoldsNoWorker) {
  Rig rig(GetParam());
  loop_home.check();
  rig.stage(kSplit, {{"n", "100"}}, {.concurrency = 2})
      .stage(kNap, {{"n", "1000"}}, {.queue_items = 2})
      .start();
  rig.submit("a").submit("b").run_until_idle();
  EXPECT_EQ(rig.executor.n_queued(), 0U) << "a worker waits for room";
  const auto counts = rig.pipeline->counts();
  EXPECT_LE(counts[1].n_queued, 2U);
  rig.run();
  EXPECT_EQ(rig.all_left.size(), 200U);
}

TEST_P(PipelineTest, FinishRunsOnceForEachJobAfterItsLastItem) {
  Rig rig(GetParam());
  loop_home.check();
  rig.stage(kSplit, {{"n", "3"}})
      .stage(kNap, {}, {.concurrency = 4})
      .stage(kJoin, {}, {.concurrency = 2})
      .stage(kPass)
      .start();
  rig.submit("a").submit("b").submit("c").run();
  EXPECT_EQ(seen.n_finished, 3);
  EXPECT_THAT(rig.outputs("a"), ElementsAre("a/0+a/1+a/2"));
  EXPECT_THAT(rig.outputs("c"), ElementsAre("c/0+c/1+c/2"));
  EXPECT_EQ(rig.settled.size(), 3U);
}

TEST_P(PipelineTest, FinishDoesNotRunForAFailedJob) {
  Rig rig(GetParam());
  loop_home.check();
  rig.stage(kSplit, {{"n", "3"}}).stage(kFails).stage(kJoin).start();
  rig.submit("bad").submit("a").run();
  EXPECT_EQ(seen.n_finished, 1);
  EXPECT_THAT(rig.outputs("bad"), IsEmpty());
  EXPECT_THAT(rig.outputs("a"), ElementsAre("a/0+a/1+a/2"));
}

// Audio and video into one muxer: two branches of different speed meet in a job-scope stage.
TEST_P(PipelineTest, BranchesOfAJobMeetInAJobScopeStage) {
  Rig rig(GetParam());
  loop_home.check();
  rig.stage(kSplit, {{"n", "8"}});
  rig.stage(kNap, {}, {.concurrency = 2, .inputs = {0}});
  rig.stage(kPass, {}, {.inputs = {0}});
  rig.stage(kJoin, {}, {.concurrency = 2, .inputs = {1, 2}});
  rig.start();
  for (const std::string& input : numbered("", 5)) rig.submit(input);
  rig.run();
  EXPECT_TRUE(rig.has_finished);
  EXPECT_EQ(rig.settled.size(), 5U);
  ASSERT_EQ(rig.outputs("3").size(), 1U);
  const std::string joined = rig.outputs("3").front();
  EXPECT_EQ(std::count(joined.begin(), joined.end(), '+'), 15) << joined;
}

TEST_P(PipelineTest, BatchOfSeveralJobsSettlesThemTogether) {
  Rig rig(GetParam());
  loop_home.check();
  rig.stage(kSource, {{"n", "7"}})
      .stage(kPass, {}, {.concurrency = 2})
      .stage(kBatch, {{"n", "3"}})
      .stage(kPass)
      .run();
  EXPECT_TRUE(rig.has_finished);
  EXPECT_EQ(rig.all_left.size(), 3U);
  EXPECT_EQ(rig.settled.size(), 7U);
  for (const auto& [input, state] : rig.settled) EXPECT_EQ(state, JobState::done) << input;
  EXPECT_EQ(seen.n_finished, 1);
}

TEST_P(PipelineTest, FailureBehindABatchFailsTheJobsInItAndNoOther) {
  Rig rig(GetParam());
  loop_home.check();
  rig.stage(kPass).stage(kBatch, {{"n", "2"}}).stage(kFails).start();
  rig.submit("bad").submit("a").submit("b").submit("c").run();
  EXPECT_EQ(rig.settled["bad"], JobState::failed);
  EXPECT_EQ(rig.settled["a"], JobState::failed);
  EXPECT_EQ(rig.settled["b"], JobState::done);
  EXPECT_EQ(rig.settled["c"], JobState::done);
}

TEST_P(PipelineTest, OffloadedFunctionRunsOnAWorkerAndItsCoroutineOnTheLoop) {
  Rig rig(GetParam());
  loop_home.check();
  rig.stage(kOffloads, {}, {.concurrency = 3}).start();
  for (const std::string& input : numbered("", 9)) rig.submit(input);
  rig.run();
  EXPECT_EQ(rig.all_left.size(), 9U);
}

TEST_P(PipelineTest, CancelledOffloadEndsAfterItsFunction) {
  Rig rig(GetParam());
  loop_home.check();
  rig.stage(kOffloads).start();
  rig.submit("a");
  rig.loop.run_until_idle();  // the function is with the workers now
  rig.pipeline->stop();
  rig.loop.run_until_idle();
  EXPECT_FALSE(rig.has_finished) << "abandoned a function that uses the coroutine's memory";
  rig.run();
  EXPECT_TRUE(rig.has_finished);
  EXPECT_EQ(rig.settled["a"], JobState::cancelled);
}

TEST_P(PipelineTest, DrainCompletesWhatIsInFlight) {
  Rig rig(GetParam());
  loop_home.check();
  rig.stage(kSource, {{"n", "1000"}}).stage(kNap, {}, {.concurrency = 4}).start();
  rig.pipeline->drain();
  rig.run();
  EXPECT_TRUE(rig.has_finished);
  EXPECT_LT(rig.settled.size(), 20U);
  EXPECT_GE(rig.settled.size(), 4U);
  for (const auto& [input, state] : rig.settled) EXPECT_EQ(state, JobState::done) << input;
}

TEST_P(PipelineTest, StopCancelsGeneratorsAtTheirYieldAndCoroutinesAtTheirAwait) {
  Rig rig(GetParam());
  loop_home.check();
  rig.stage(kSource, {{"n", "50"}})
      .stage(kSplit, {{"n", "9"}}, {.concurrency = 2})
      .stage(kNapSplit, {{"n", "9"}}, {.concurrency = 3})
      .stage(kJoin, {}, {.concurrency = 3})
      .start();
  for (unsigned i = 0; i < GetParam(); ++i) {
    rig.loop.advance(1ms);
    rig.executor.run_one();
  }
  rig.pipeline->stop();
  rig.run();
  EXPECT_TRUE(rig.has_finished);
  EXPECT_EQ(rig.loop.n_watches(), 0U);
  EXPECT_EQ(rig.pipeline->n_jobs_in_flight(), 0U);
}

TEST_P(PipelineTest, StageThatCannotBeMadeIsNamedAndNothingRuns) {
  Rig rig(GetParam());
  loop_home.check();
  rig.stage(kSource).stage(kThrowing).run();
  ASSERT_EQ(rig.start_failures.size(), 1U);
  EXPECT_EQ(rig.start_failures[0].stage, "stage1");
  EXPECT_EQ(rig.start_failures[0].message, "no such device");
  EXPECT_TRUE(rig.has_finished);
  EXPECT_TRUE(rig.settled.empty());
}

TEST_P(PipelineTest, TimeLimitFailsTheItem) {
  Rig rig(GetParam());
  loop_home.check();
  rig.stage(kNap, {{"n", "3600000"}}, {.timeout = 1ns}).start();
  rig.submit("a").run();
  EXPECT_EQ(rig.settled["a"], JobState::failed);
  EXPECT_EQ(rig.messages["a"], "took longer than its timeout of 1e-09 s");
}

TEST_P(PipelineTest, MemoryBudgetSlowsDownButNeverStops) {
  Rig rig(GetParam(), /*memory=*/8);
  rig.stage(kSource, {{"n", "10"}})
      .stage(kSplit, {{"n", "3"}}, {.concurrency = 2})
      .stage(kPass, {}, {.concurrency = 2})
      .stage(kPass)
      .run();
  EXPECT_TRUE(rig.has_finished);
  EXPECT_EQ(rig.all_left.size(), 30U);
}

TEST_P(PipelineTest, MaxFailuresClosesTheIntake) {
  Rig rig(GetParam());
  loop_home.check();
  rig.plan.limit.max_failures = 2;
  rig.stage(kFails).start();
  for (const std::string& input : numbered("bad", 20)) rig.submit(input);
  rig.run();
  EXPECT_TRUE(rig.has_finished);
  EXPECT_GE(rig.settled.size(), 3U);
  EXPECT_LE(rig.settled.size(), 6U);
  EXPECT_EQ(rig.settled.size() + rig.n_unstarted, 20U);
}

TEST_P(PipelineTest, InputThatComesAfterTheEndOfTheIntakeIsNotTaken) {
  Rig rig(GetParam());
  loop_home.check();
  rig.stage(kPass).stage(kBatch).start();
  rig.submit("a");
  rig.pipeline->close_intake();
  rig.submit("late").run();
  EXPECT_TRUE(rig.has_finished);
  EXPECT_EQ(rig.settled_order, Texts{"a"});
  EXPECT_EQ(rig.n_unstarted, 1U);
}

TEST_P(PipelineTest, RefusedOutputLeavesNoCoroutineBehind) {
  Rig rig(GetParam(), /*memory=*/4);
  loop_home.check();
  rig.stage(kNapSplit).start();
  rig.submit("too long");
  for (int i = 0; i < 5; ++i) {
    rig.loop.advance(5ms);
    rig.run_until_idle();
  }
  EXPECT_EQ(rig.settled["too long"], JobState::failed);
  EXPECT_EQ(seen.n_inside, 0);
  rig.run();
}

TEST(Pipeline, PreparedTwiceIsAnError) {
  Rig rig;
  loop_home.check();
  rig.stage(kPass).start();
  EXPECT_THROW(rig.pipeline->prepare(), std::logic_error);
  rig.run();
}

}  // namespace
}  // namespace capstan::engine
