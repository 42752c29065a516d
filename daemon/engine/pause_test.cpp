// Pauses: nothing is begun, what is under way ends, what it gives waits.
#include "engine/seeded_test.hpp"

namespace capstan::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using namespace std::chrono_literals;

class PauseTest : public SeededTest {};
INSTANTIATE_TEST_SUITE_P(Seeds, PauseTest, ::testing::Range(0U, 10U));

TEST_P(PauseTest, NothingIsBegun) {
  Rig rig(GetParam());
  rig.stage(kProbe, {}, {.concurrency = 2}).start();
  rig.pause().submit("a").submit("b").pass(1h);
  EXPECT_THAT(seen.calls, IsEmpty());
  EXPECT_EQ(rig.n_jobs_in_flight(), 0U) << "and no job admitted";
  rig.resume().run();
  EXPECT_THAT(rig.all_left, SizeIs(2));
}

TEST_P(PauseTest, CallsUnderWayEndAndWhatTheyGiveWaits) {
  Rig rig(GetParam());
  rig.stage(kProbe).stage(kNap).stage(kProbe).start();
  seen.during_call = [&](const std::string&) { rig.pause(); };
  rig.submit("a").pass(1h);
  EXPECT_THAT(seen.calls, ElementsAre("stage0:a"));
  EXPECT_EQ(rig.counts(1).n_queued, 1U);
  EXPECT_EQ(rig.counts(0).n_inside, 0U);
  seen.during_call = nullptr;
  rig.resume().run();
  EXPECT_EQ(rig.all_left, Texts{"a"});
}

TEST_P(PauseTest, CoroutinesUnderWayEnd) {
  Rig rig(GetParam());
  rig.stage(kNap).stage(kProbe).start();
  rig.submit("a").run_until_idle().pause().pass(1h);
  EXPECT_EQ(rig.counts(0).n_inside, 0U);
  EXPECT_THAT(seen.calls, IsEmpty());
  rig.resume().run();
  EXPECT_EQ(rig.all_left, Texts{"a"});
}

TEST_P(PauseTest, GeneratorsAreNotAskedForMore) {
  Rig rig(GetParam());
  rig.stage(kNapSplit, {{"n", "50"}}).stage(kPass).start();
  rig.submit("a").run_until_idle().pass(5ms).pause().pass(1h);
  const auto n_given = rig.counts(0).n_out;
  EXPECT_LT(n_given, 10U);
  rig.pass(1h);
  EXPECT_EQ(rig.counts(0).n_out, n_given);
  rig.resume().run();
  EXPECT_EQ(rig.outputs("a"), numbered("a/", 50));
}

TEST_P(PauseTest, SourcesWaitAndLoseNothing) {
  using graph::OnFull;
  for (const OnFull on_full : {OnFull::block, OnFull::drop_newest, OnFull::drop_oldest}) {
    Rig rig(GetParam());
    rig.stage(kClock, {{"n", "10"}}, {.on_full = on_full}).stage(kPass).start();
    rig.pass(25ms).pause().pass(1h);
    EXPECT_THAT(rig.all_left, ElementsAre("0", "1"));
    rig.resume().pass(10ms);
    EXPECT_THAT(rig.all_left, ElementsAre("0", "1", "2", "3"));
    rig.drain().run();
    EXPECT_EQ(rig.counts(0).n_dropped, 0U);
  }
}

TEST_P(PauseTest, FinishWaits) {
  Rig rig(GetParam());
  rig.stage(kNap).stage(kJoin, {}, {.concurrency = 2}).start();
  rig.submit("a").run_until_idle();
  rig.loop.advance(20ms);
  rig.loop.run_until_idle();  // the item is with a worker, in the stage of job scope
  rig.pause().pass(1h);
  EXPECT_EQ(seen.n_finished, 0);
  EXPECT_THAT(rig.settled, IsEmpty());
  rig.resume().run_until_idle();
  EXPECT_EQ(seen.n_finished, 1);
  EXPECT_EQ(rig.settled["a"], JobState::done);
  rig.run();
}

TEST_P(PauseTest, FinishOfPipelineScopeAndTheEndOfThePipelineWait) {
  Rig rig(GetParam());
  rig.stage(kBatch, {{"n", "9"}}).start();
  rig.submit("a").run_until_idle().pause();
  rig.run();  // no more intake
  EXPECT_FALSE(rig.has_finished);
  EXPECT_EQ(seen.n_finished, 0);
  rig.resume().run_until_idle();
  EXPECT_TRUE(rig.has_finished);
  EXPECT_EQ(seen.n_finished, 1);
}

TEST_P(PauseTest, AnotherTryWaits) {
  seen.fail_first = 1;
  Rig rig(GetParam());
  rig.stage(kFails, {}, {.retry = {.n_retries = 1, .backoff = 1ms}}).start();
  rig.submit("a").run_until_idle().pause().pass(1h);
  EXPECT_EQ(seen.n_tries["a"], 1);
  rig.resume().run();
  EXPECT_EQ(rig.settled["a"], JobState::done);
}

TEST_P(PauseTest, JobsCanBeCancelled) {
  Rig rig(GetParam());
  rig.stage(kNap).stage(kJoin).start();
  rig.submit("a").run_until_idle().pause();
  EXPECT_TRUE(rig.cancel(1));
  rig.run_until_idle();
  EXPECT_EQ(rig.settled["a"], JobState::cancelled);
  rig.resume().run();
}

TEST_P(PauseTest, DrainEndsIt) {
  Rig rig(GetParam());
  rig.stage(kSource, {{"n", "50"}}).stage(kNap).stage(kJoin, {}, {.concurrency = 3});
  rig.start().pause().pass(1h).drain().run();
  EXPECT_TRUE(rig.has_finished);
  EXPECT_EQ(rig.all_left.size(), rig.settled.size());
  EXPECT_GE(rig.all_left.size(), 1U);
}

TEST_P(PauseTest, PauseAndResumeAreIdempotentAndAPauseAfterADrainIsNone) {
  Rig rig(GetParam());
  rig.stage(kPass).start();
  rig.pause().pause().resume().resume().submit("a").run_until_idle();
  EXPECT_EQ(rig.all_left, Texts{"a"});
  loop_home.check();
  rig.drain().pause();
  EXPECT_FALSE(rig.pipeline->is_paused());
  rig.run();
  EXPECT_TRUE(rig.has_finished);
}

}  // namespace
}  // namespace capstan::engine
