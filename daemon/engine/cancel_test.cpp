// Jobs that end before their time, and pipelines that do.
#include "engine/seeded_test.hpp"

namespace capstan::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using namespace std::chrono_literals;

class CancelTest : public SeededTest {};
INSTANTIATE_TEST_SUITE_P(Seeds, CancelTest, ::testing::Range(0U, 10U));

/// Job 1 is cancelled where it is now; job 2 ends as if nothing had been.
void expect_cancelled_alone(Rig& rig) {
  EXPECT_TRUE(rig.cancel(1));
  rig.run();
  EXPECT_TRUE(rig.has_finished);
  EXPECT_EQ(rig.settled["a"], JobState::cancelled);
  EXPECT_EQ(rig.settled["b"], JobState::done);
  EXPECT_THAT(rig.outputs("a"), IsEmpty());
  EXPECT_EQ(rig.n_bytes(), 0);
}

TEST_P(CancelTest, WhileItsItemIsQueued) {
  Rig rig(GetParam());
  rig.stage(kNap, {}, {.queue_items = 4}).start();
  rig.submit("z").run_until_idle();
  rig.submit("a").submit("b").run_until_idle();
  EXPECT_TRUE(rig.cancel(2));
  rig.run();
  EXPECT_EQ(rig.settled["a"], JobState::cancelled);
  EXPECT_THAT(rig.all_left, ElementsAre("z", "b"));
}

TEST_P(CancelTest, WhileItsItemWaitsForAWorker) {
  Rig rig(GetParam());
  rig.stage(kProbe, {}, {.concurrency = 2}).start();
  rig.submit("a").submit("b");
  rig.loop.run_until_idle();
  expect_cancelled_alone(rig);
  EXPECT_EQ(seen.calls, Texts{"stage0:b"}) << "the stage was not called";
}

TEST_P(CancelTest, WhileACallIsUnderWayWhichIsToldAndEndsFirst) {
  struct Asks final : MapStage {
    explicit Asks(StageContext& context, const Options&) : context_(context) {}
    Item process(Item in) override {
      if (text_of(in) != "a") return in;
      EXPECT_FALSE(context_.is_cancelled());
      {
        const RoleScope role(ThreadRole::loop);
        seen.during_call("");
      }
      EXPECT_TRUE(context_.is_cancelled());
      throw Cancelled();
    }
    StageContext& context_;
  };
  Rig rig(GetParam());
  rig.stage(kMapType<Asks>).start();
  seen.during_call = [&](const std::string&) {
    EXPECT_TRUE(rig.cancel(1));
    rig.loop.run_until_idle();
    EXPECT_THAT(rig.settled, IsEmpty()) << "the item is still inside";
  };
  rig.submit("a").submit("b").run();
  EXPECT_EQ(rig.settled["a"], JobState::cancelled);
  EXPECT_EQ(rig.settled["b"], JobState::done);
}

TEST_P(CancelTest, WhileACoroutineAwaits) {
  Rig rig(GetParam());
  rig.stage(kNap, {{"n", "1000"}}, {.concurrency = 2}).start();
  rig.submit("a").submit("b").run_until_idle();
  expect_cancelled_alone(rig);
}

TEST_P(CancelTest, WhileGeneratorsAreSuspended) {
  for (const auto* type : {&kSplit, &kNapSplit}) {
    Rig rig(GetParam());
    rig.stage(*type, {{"n", "40"}}, {.concurrency = 2}).stage(kNap, {{"n", "1000"}}).start();
    rig.submit("a").submit("b").run_until_idle().pass(50ms);
    EXPECT_EQ(rig.counts(0).n_inside, 2U);
    expect_cancelled_alone(rig);
  }
}

TEST_P(CancelTest, WhileItPausesBeforeAnotherTry) {
  seen.fail_first = 1;
  Rig rig(GetParam());
  rig.stage(kFails, {}, {.concurrency = 2, .retry = {.n_retries = 1, .backoff = 1h}}).start();
  rig.submit("a").submit("b").run_until_idle();
  expect_cancelled_alone(rig);
  EXPECT_EQ(seen.n_tries["a"], 1);
}

TEST_P(CancelTest, WhileAStageOfPipelineScopeHoldsItTheOthersOfTheBatchGoOn) {
  Rig rig(GetParam());
  rig.stage(kBatch, {{"n", "2"}}).stage(kPass).start();
  rig.submit("a").run_until_idle();
  EXPECT_TRUE(rig.cancel(1));
  rig.submit("b").run();
  EXPECT_EQ(rig.settled["a"], JobState::cancelled);
  EXPECT_EQ(rig.settled["b"], JobState::done);
}

TEST_P(CancelTest, InJobScopeDestroysTheInstanceWithoutAFinish) {
  Rig rig(GetParam());
  rig.stage(kNapSplit, {{"n", "20"}}).stage(kJoin).start();
  rig.submit("a").run_until_idle().pass(8ms);
  expect_cancelled_alone(rig.submit("b"));
  EXPECT_EQ(seen.n_finished, 1);
}

TEST_P(CancelTest, JobThatThereIsNotOrNoMoreCannotBeCancelled) {
  Rig rig(GetParam());
  rig.stage(kNap).start();
  EXPECT_FALSE(rig.cancel(1));
  rig.submit("a").run_until_idle();
  EXPECT_TRUE(rig.cancel(1));
  EXPECT_FALSE(rig.cancel(1)) << "twice";
  rig.run_until_idle();
  EXPECT_FALSE(rig.cancel(1));
  rig.submit("b").run();
  EXPECT_FALSE(rig.cancel(2)) << "settled";
}

TEST_P(CancelTest, SubmissionsThatADrainOrStopFindsAreNamed) {
  for (const bool is_drain : {true, false}) {
    Rig rig(GetParam());
    rig.stage(kNap, {}, {.queue_items = 1}).start();
    for (const std::string& input : numbered("", 5)) rig.submit(input);
    rig.run_until_idle();
    is_drain ? rig.drain() : rig.stop();
    rig.submit("late").run();
    EXPECT_THAT(rig.unstarted, ElementsAre("2", "3", "4", "late"));
    EXPECT_THAT(rig.settled, SizeIs(2));
  }
}

TEST_P(CancelTest, DrainAndStopAreIdempotentAndStopMayFollowDrain) {
  Rig rig(GetParam());
  rig.stage(kSource, {{"n", "50"}}).stage(kNap).start();
  rig.drain().drain().stop().stop().run();
  EXPECT_TRUE(rig.has_finished);
  EXPECT_EQ(rig.settled.size(), rig.settled_order.size());
  rig.stop().drain().run_until_idle();
}

}  // namespace
}  // namespace capstan::engine
