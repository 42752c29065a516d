// Segments: neighbouring sync stages on one worker. Nothing but the way changes.
#include "engine/seeded_test.hpp"

namespace capstan::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using namespace std::chrono_literals;

class SegmentTest : public SeededTest {};
INSTANTIATE_TEST_SUITE_P(Seeds, SegmentTest, ::testing::Range(0U, 12U));

/// Hops to a worker that `inputs` cost a pipeline that has started.
std::size_t hops_of(Rig& rig, const Texts& inputs) {
  const std::size_t before = rig.executor.n_hops;
  for (const std::string& input : inputs) rig.submit(input);
  rig.run_until_idle();
  return rig.executor.n_hops - before;
}

TEST_P(SegmentTest, ItemRunsThroughNeighbouringSyncStagesInOneHop) {
  Rig rig(GetParam());
  rig.stage(kProbe).stage(kProbe).stage(kProbe).start();
  EXPECT_EQ(hops_of(rig, {"a"}), 1U);
  EXPECT_THAT(seen.calls, ElementsAre("stage0:a", "stage1:a", "stage2:a"));
  EXPECT_EQ(rig.counts(0).n_passed_on, 1U);
  EXPECT_EQ(rig.counts(1).n_passed_on, 1U);
  EXPECT_EQ(rig.run().all_left, Texts{"a"});
}

TEST_P(SegmentTest, PlanWithoutSegmentsTakesTheEdge) {
  Rig rig(GetParam());
  rig.has_segments = false;
  rig.stage(kPass).stage(kPass).stage(kPass).start();
  EXPECT_EQ(hops_of(rig, {"a"}), 3U);
  EXPECT_EQ(rig.counts(0).n_passed_on, 0U);
  EXPECT_EQ(rig.run().all_left, Texts{"a"});
}

TEST_P(SegmentTest, SourcesAsyncStagesForksAndPipelineScopeAreInNone) {
  Rig rig(GetParam());
  rig.stage(kSource)
      .stage(kPass)  // 1
      .stage(kNap)   // 2
      .stage(kPass)  // 3
      .stage(kPass, {}, {.inputs = {3}})
      .stage(kPass, {}, {.inputs = {3}})
      .stage(kPass, {}, {.inputs = {4, 5}})
      .stage(kBatch)
      .start();
  for (const graph::Stage& stage : rig.plan.stages) EXPECT_FALSE(stage.follows_on) << stage.id;
  rig.run();
}

TEST_P(SegmentTest, ConcurrencyIsThatOfEachStage) {
  Rig rig(GetParam());
  rig.stage(kPass, {}, {.concurrency = 4})
      .stage(kSplit, {{"n", "5"}}, {.concurrency = 2})
      .stage(kPass)
      .stage(kNap)
      .start();
  for (const std::string& input : numbered("", 12)) rig.submit(input);
  bool is_moving = true;
  while (is_moving) {
    rig.loop.run_until_idle();
    EXPECT_LE(rig.counts(0).n_inside, 4U);
    EXPECT_LE(rig.counts(1).n_inside, 2U);
    EXPECT_LE(rig.counts(2).n_inside, 1U);
    is_moving = rig.executor.run_one() || rig.loop.run_once();
  }
  EXPECT_EQ(rig.run().all_left.size(), 60U);
}

TEST_P(SegmentTest, OrderIsThatOfTheEdges) {
  Rig rig(GetParam());
  rig.stage(kSplit, {{"n", "20"}})
      .stage(kPass, {}, {.concurrency = 3})
      .stage(kSplit, {{"n", "2"}}, {.concurrency = 2})
      .stage(kPass, {}, {.concurrency = 3})
      .start();
  rig.submit("a").run();
  Texts expected;
  for (const std::string& each : numbered("a/", 20)) {
    expected.push_back(each + "/0");
    expected.push_back(each + "/1");
  }
  EXPECT_EQ(rig.outputs("a"), expected);
}

TEST_P(SegmentTest, FailureIsThatOfTheStageItHappenedIn) {
  Rig rig(GetParam());
  rig.stage(kPass).stage(kFails).stage(kPass).start();
  rig.submit("a").submit("bad").submit("b").run();
  EXPECT_EQ(rig.blamed["bad"], "stage1");
  EXPECT_EQ(rig.messages["bad"], "bad text");
  EXPECT_THAT(rig.all_left, ElementsAre("a", "b"));
  EXPECT_EQ(rig.counts(0).n_failed, 0U);
  EXPECT_EQ(rig.counts(1).n_failed, 1U);
  EXPECT_EQ(rig.counts(2).n_in, 2U);
}

TEST_P(SegmentTest, FailurePolicyIsThatOfEachStage) {
  Rig rig(GetParam());
  rig.stage(kPass).stage(kFails, {}, {.on_error = graph::OnError::drop}).stage(kPass).start();
  rig.submit("bad").submit("a").run();
  EXPECT_EQ(rig.settled["bad"], JobState::done);
  EXPECT_EQ(rig.dropped["bad"], 1U);
  EXPECT_EQ(rig.all_left, Texts{"a"});
}

TEST_P(SegmentTest, OnlyTheStageThatFailedIsTriedAgain) {
  seen.fail_first = 1;
  Rig rig(GetParam());
  rig.stage(kProbe)
      .stage(kFails, {}, {.retry = {.n_retries = 1, .backoff = 1ms}})
      .stage(kPass)
      .start();
  rig.submit("a").run();
  EXPECT_EQ(rig.all_left, Texts{"a"});
  EXPECT_EQ(seen.n_tries["a"], 2);
  EXPECT_THAT(seen.calls, ElementsAre("stage0:a"));
}

TEST_P(SegmentTest, TimeoutCountsTheTimeInItsOwnStage) {
  Rig rig(GetParam());
  rig.stage(kProbe).stage(kProbe, {}, {.timeout = 50ms}).start();
  seen.during_call = [&](const std::string& call) {
    if (call == "stage0:a") rig.loop.advance(1h);
    if (call == "stage1:a") rig.loop.advance(49ms);
    if (call == "stage1:b") rig.loop.advance(51ms);
  };
  rig.submit("a").submit("b").run();
  EXPECT_EQ(rig.settled["a"], JobState::done);
  EXPECT_EQ(rig.settled["b"], JobState::failed);
  EXPECT_EQ(rig.blamed["b"], "stage1");
}

TEST_P(SegmentTest, DroppedItemGoesNoFurtherAndItsLoanIsGivenBack) {
  Rig rig(GetParam());
  rig.stage(kHalves).stage(kProbe).start();
  for (const std::string& input : numbered("", 4)) rig.submit(input);
  rig.run();
  EXPECT_EQ(seen.calls.size(), 2U);
  EXPECT_EQ(rig.counts(0).n_dropped, 2U);
  EXPECT_EQ(rig.counts(1).n_in, 2U);
  for (const auto& [input, state] : rig.settled) EXPECT_EQ(state, JobState::done) << input;
}

TEST_P(SegmentTest, CountsAreThoseOfTheEdges) {
  std::vector<std::uint64_t> counted[2];
  for (const bool has_segments : {false, true}) {
    Rig rig(GetParam());
    rig.has_segments = has_segments;
    rig.stage(kSplit, {{"n", "6"}})
        .stage(kPass, {}, {.concurrency = 2})
        .stage(kHalves)
        .stage(kFails, {}, {.on_error = graph::OnError::drop})
        .stage(kJoin)
        .start();
    rig.submit("a").submit("bad").run();
    for (std::size_t i = 0; i < rig.plan.stages.size(); ++i) {
      const StageCounts stage = rig.counts(i);
      counted[has_segments].insert(counted[has_segments].end(),
                                   {stage.n_in, stage.n_out, stage.n_failed, stage.n_dropped});
    }
  }
  EXPECT_EQ(counted[false], counted[true]);
}

TEST_P(SegmentTest, LoanIsCalledBackWhenAnotherItemWaitsForTheSlot) {
  Rig rig;
  rig.stage(kProbe, {}, {.concurrency = 2}).stage(kProbe).start();
  rig.submit("a").submit("b");
  rig.loop.run_until_idle();
  ASSERT_EQ(rig.executor.n_queued(), 2U);
  rig.executor.run_at(1);  // b, without a loan: a has the only slot of the next stage
  rig.loop.run_until_idle();
  EXPECT_THAT(seen.calls, ElementsAre("stage0:b"));
  rig.executor.run_at(1);  // b again, in the slot that a was lent
  EXPECT_THAT(seen.calls, ElementsAre("stage0:b", "stage1:b"));
  rig.run();
  EXPECT_THAT(seen.calls, ElementsAre("stage0:b", "stage1:b", "stage0:a", "stage1:a"));
  EXPECT_EQ(rig.counts(0).n_passed_on, 0U);
  EXPECT_THAT(rig.all_left, ElementsAre("b", "a"));
}

TEST_P(SegmentTest, JobCancelledWhileItsSlotsAreLentGivesThemBack) {
  Rig rig(GetParam());
  rig.stage(kProbe).stage(kProbe).stage(kProbe).start();
  rig.submit("a");
  rig.loop.run_until_idle();
  EXPECT_TRUE(rig.cancel(1));
  rig.run_until_idle();
  EXPECT_EQ(rig.settled["a"], JobState::cancelled);
  EXPECT_THAT(seen.calls, IsEmpty());
  EXPECT_EQ(hops_of(rig, {"b"}), 1U);
  EXPECT_EQ(rig.run().all_left, Texts{"b"});
}

TEST_P(SegmentTest, JobCancelledHalfWayThroughASegmentGivesNothing) {
  Rig rig(GetParam());
  rig.stage(kProbe).stage(kProbe).stage(kProbe).start();
  seen.during_call = [&](const std::string& call) {
    if (call == "stage1:a") rig.cancel(1);
  };
  rig.submit("a").submit("b").run();
  EXPECT_EQ(rig.settled["a"], JobState::cancelled);
  EXPECT_EQ(rig.all_left, Texts{"b"});
}

TEST_P(SegmentTest, StageOfJobScopeFollowsOn) {
  Rig rig(GetParam());
  rig.executor.step_takes = 1ms;
  rig.stage(kPass).stage(kJoin, {}, {.concurrency = 2}).start();
  // One hop for the item, two for finish() and its end, one to destroy the job's instance.
  EXPECT_EQ(hops_of(rig, {"a"}), 4U);
  EXPECT_EQ(rig.counts(0).n_passed_on, 1U);
  rig.submit("b").run();
  EXPECT_THAT(rig.all_left, ElementsAre("a", "b"));
  EXPECT_EQ(seen.n_finished, 2);
}

TEST_P(SegmentTest, GeneratorOfLongStepsGivesItsOutputsOneByOne) {
  Rig rig(GetParam());
  rig.executor.step_takes = 1ms;
  rig.stage(kSplit, {{"n", "6"}}, {.queue_items = 4})
      .stage(kProbe, {}, {.concurrency = 2, .queue_items = 4})
      .start();
  rig.submit("learn").run_until_idle();
  const std::uint64_t before = rig.counts(0).n_passed_on;
  seen.calls.clear();
  rig.submit("a").run_until_idle();
  EXPECT_EQ(rig.counts(0).n_passed_on, before + 6);
  EXPECT_EQ(rig.run().outputs("a"), numbered("a/", 6));
}

TEST_P(SegmentTest, GeneratorOfShortStepsGivesItsOutputsInBatches) {
  Rig rig(GetParam());
  rig.stage(kSplit, {{"n", "6"}}).stage(kProbe, {}, {.queue_items = 8}).start();
  EXPECT_LE(hops_of(rig, {"a"}), 10U);
  EXPECT_EQ(rig.counts(0).n_passed_on, 0U);
  EXPECT_EQ(rig.run().outputs("a"), numbered("a/", 6));
}

/// Of the items that a generator gives to a segment at once, how many run on in it.
std::uint64_t count_that_run_on(Rig& rig, const std::string& input) {
  loop_home.check();
  const std::uint64_t before = rig.counts(1).n_passed_on;
  rig.submit(input).run_until_idle();
  EXPECT_EQ(rig.outputs(input), numbered(input + "/", 40));
  return rig.counts(1).n_passed_on - before;
}

TEST_P(SegmentTest, ShortStagesWaitUntilTheirItemsCanRunOn) {
  Rig rig(GetParam());
  rig.stage(kSplit, {{"n", "40"}}, {.queue_items = 8})
      .stage(kPass, {}, {.concurrency = 3, .queue_items = 8})
      .stage(kPass, {}, {.concurrency = 2, .queue_items = 8})
      .start();
  count_that_run_on(rig, "learn");
  EXPECT_EQ(count_that_run_on(rig, "a"), 40U);
  rig.run();
}

TEST_P(SegmentTest, LongStageRunsAheadOfTheNext) {
  for (const auto& [step, n_begun] : {std::pair(1ms, 2U), {0ms, 1U}}) {
    Rig rig(GetParam());
    rig.executor.step_takes = step;
    rig.stage(kPass, {}, {.concurrency = 2}).stage(kPass).start();
    hops_of(rig, numbered("learn/", 20));
    rig.submit("a").submit("b").loop.run_until_idle();
    EXPECT_EQ(rig.executor.n_queued(), n_begun);
    rig.run();
  }
}

TEST_P(SegmentTest, FailingFirstStageGivesItsLoanBack) {
  Rig rig(GetParam());
  rig.stage(kFails).stage(kProbe).start();
  rig.submit("bad").submit("odd").submit("a").run();
  EXPECT_EQ(seen.calls, Texts{"stage1:a"});
  EXPECT_EQ(rig.all_left, Texts{"a"});
}

TEST_P(SegmentTest, MixedItemsFollowOnToo) {
  Rig rig(GetParam());
  rig.stage(kBatch, {{"n", "2"}}).stage(kPass).stage(kPass).start();
  rig.submit("a").submit("b").run_until_idle();
  EXPECT_EQ(rig.counts(1).n_passed_on, 1U);
  rig.run();
  EXPECT_EQ(rig.settled.size(), 2U);
}

}  // namespace
}  // namespace capstan::engine
