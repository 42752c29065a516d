// Time limits of calls, and workers that are stuck in them.
#include "engine/seeded_test.hpp"

namespace capstan::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace std::chrono_literals;
using graph::OnError;

constexpr const char* kMessage = "took longer than its timeout of 0.05 s";

class TimeoutTest : public SeededTest {};
INSTANTIATE_TEST_SUITE_P(Seeds, TimeoutTest, ::testing::Range(0U, 10U));

/// Three outputs, and a call of the test's function before each; another one in finish.
class ProbeSplit final : public GeneratorStage {
 public:
  ProbeSplit(StageContext&, const Options&) {}
  Generator<Item> process(Item in) override {
    for (int i = 0; i < 3; ++i) {
      Item out = text(in, text_of(in) + "/" + std::to_string(i));
      call(text_of(out));
      co_yield out;
    }
  }
  Generator<Item> finish_items() override {
    call("finish");
    co_return;
  }

 private:
  static void call(const std::string& what) {
    seen.calls.push_back(what);
    const RoleScope role(ThreadRole::loop);
    if (seen.during_call) seen.during_call(what);
  }
  Lives lives_;
};
constexpr StageType kProbeSplitOfJob =
    stage_type<ProbeSplit>({"split", "for tests", "*", "*", Scope::job, kNumber});

TEST_P(TimeoutTest, ItemFailsAtTheLimitAndItsSlotStaysTakenUntilTheCallReturns) {
  Rig rig(GetParam());
  rig.stage(kProbe, {}, {.timeout = 50ms}).start();
  seen.during_call = [&](const std::string& call) {
    if (call != "stage0:a") return;
    rig.loop.advance(49ms);
    EXPECT_EQ(rig.counts(0).n_failed, 0U);
    rig.loop.advance(1ms);
    EXPECT_EQ(rig.counts(0).n_failed, 1U);
    EXPECT_EQ(rig.counts(0).n_inside, 1U);
    EXPECT_FALSE(rig.cancel(1)) << "the job is over";
    rig.loop.advance(1h);
    EXPECT_EQ(rig.executor.n_queued(), 0U) << "b waits for the slot";
  };
  rig.submit("a").submit("b").run();
  EXPECT_EQ(rig.settled["a"], JobState::failed);
  EXPECT_EQ(rig.messages["a"], kMessage);
  EXPECT_EQ(rig.all_left, Texts{"b"}) << "what the call gave afterwards is discarded";
}

TEST_P(TimeoutTest, StuckWorkerHasASubstituteForAsLongAsItIsStuck) {
  Rig rig(GetParam());
  rig.stage(kProbe, {}, {.timeout = 50ms}).start();
  seen.during_call = [&](const std::string&) {
    rig.loop.advance(49ms);
    EXPECT_EQ(rig.executor.n_substitutes, 0);
    rig.loop.advance(1ms);
    EXPECT_EQ(rig.executor.n_substitutes, 1);
  };
  rig.submit("a").run();
  EXPECT_EQ(rig.executor.n_substitutes, 0);
}

TEST_P(TimeoutTest, OthersGoOnWhileAWorkerIsStuck) {
  Rig rig(GetParam());
  rig.stage(kProbe, {}, {.concurrency = 2, .timeout = 50ms}).start();
  seen.during_call = [&](const std::string& call) {
    if (call != "stage0:a") return;
    rig.loop.advance(50ms);
    rig.submit("b").run_until_idle();  // by the substitute
    EXPECT_EQ(rig.settled["b"], JobState::done);
  };
  rig.submit("a").run_until_idle().run();
  EXPECT_EQ(rig.settled["a"], JobState::failed);
}

TEST_P(TimeoutTest, WithoutASubstituteTheItemFailsAllTheSame) {
  Rig rig(GetParam());
  rig.executor.has_substitutes = false;
  rig.stage(kProbe, {}, {.timeout = 50ms}).start();
  seen.during_call = [&](const std::string&) { rig.loop.advance(1s); };
  rig.submit("a").run();
  EXPECT_EQ(rig.messages["a"], kMessage);
  EXPECT_EQ(rig.executor.n_substitutes, 0) << "none was given back either";
}

TEST_P(TimeoutTest, SubstituteThatCannotBeHadIsToldOnceAndAskedForAgain) {
  Rig rig(GetParam());
  rig.executor.has_substitutes = false;
  rig.stage(kProbe, {}, {.timeout = 50ms}).start();
  seen.during_call = [&](const std::string& call) {
    rig.executor.has_substitutes = false;
    rig.loop.advance(50ms);
    rig.loop.advance(1h);
    EXPECT_THAT(rig.log.lines, ElementsAre(HasSubstr("p/stage0: a worker is stuck here"))) << call;
    rig.executor.has_substitutes = true;
    rig.loop.advance(1s);
    EXPECT_EQ(rig.executor.n_substitutes, 1) << call;
    rig.loop.advance(1h);
    EXPECT_EQ(rig.executor.n_substitutes, 1) << call;
    rig.log.lines.clear();
  };
  rig.submit("a").submit("b").run();
  EXPECT_EQ(rig.executor.n_substitutes, 0);
  EXPECT_EQ(rig.loop.n_watches(), 0U);
}

TEST_P(TimeoutTest, WaitingForAWorkerDoesNotCount) {
  Rig rig(GetParam());
  rig.stage(kPass, {}, {.timeout = 50ms}).start();
  rig.submit("a");
  rig.loop.run_until_idle();
  rig.loop.advance(1h);
  rig.run();
  EXPECT_EQ(rig.settled["a"], JobState::done);
}

TEST_P(TimeoutTest, WaitingForRoomDoesNotCountAndEachCallCountsApart) {
  Rig rig(GetParam());
  rig.stage(kMapType<ProbeSplit>, {}, {.timeout = 50ms})
      .stage(kNap, {{"n", "3600000"}}, {.queue_items = 1})
      .start();
  seen.during_call = [&](const std::string&) { rig.loop.advance(40ms); };
  rig.submit("a").run();
  EXPECT_EQ(rig.settled["a"], JobState::done);
  EXPECT_EQ(rig.outputs("a"), numbered("a/", 3));
}

TEST_P(TimeoutTest, GeneratorThatExceedsItInALaterCallKeepsWhatItGave) {
  Rig rig(GetParam());
  rig.stage(kMapType<ProbeSplit>, {}, {.on_error = OnError::drop, .timeout = 50ms})
      .stage(kPass)
      .start();
  seen.during_call = [&](const std::string& call) {
    if (call == "a/1") rig.loop.advance(60ms);
  };
  rig.submit("a").run();
  EXPECT_EQ(rig.dropped["a"], 1U);
  EXPECT_EQ(rig.outputs("a"), Texts{"a/0"});
}

TEST_P(TimeoutTest, DroppedWhereTheStageSaysSoOnceTheCallHasReturned) {
  Rig rig(GetParam());
  rig.stage(kProbe, {}, {.on_error = OnError::drop, .timeout = 50ms}).start();
  seen.during_call = [&](const std::string& call) {
    if (call == "stage0:a") rig.loop.advance(1s);
  };
  rig.submit("a").submit("b").run();
  EXPECT_EQ(rig.settled["a"], JobState::done);
  EXPECT_EQ(rig.dropped["a"], 1U);
  EXPECT_EQ(rig.all_left, Texts{"b"});
}

TEST_P(TimeoutTest, TriedAgainWhereTheStageSaysSo) {
  Rig rig(GetParam());
  rig.stage(kProbe, {}, {.retry = {.n_retries = 1, .backoff = 1ms}, .timeout = 50ms}).start();
  seen.during_call = [&](const std::string&) {
    if (seen.calls.size() == 1) rig.loop.advance(1s);
  };
  rig.submit("a").run();
  EXPECT_EQ(rig.settled["a"], JobState::done);
  EXPECT_EQ(rig.all_left, Texts{"a"});
  EXPECT_EQ(seen.calls.size(), 2U);
  EXPECT_EQ(rig.executor.n_substitutes, 0);
}

TEST_P(TimeoutTest, WhatComesTooLateDoesNotRunOnThroughTheSegment) {
  for (const unsigned n_retries : {0U, 1U}) {
    reset();
    Rig rig(GetParam());
    rig.stage(kProbe, {},
              {.on_error = OnError::drop,
               .retry = {.n_retries = n_retries, .backoff = 1ms},
               .timeout = 50ms})
        .stage(kProbe)
        .start();
    seen.during_call = [&](const std::string&) {
      if (seen.calls.size() == 1) rig.loop.advance(1s);
    };
    rig.submit("a").run();
    EXPECT_EQ(rig.all_left.size(), n_retries);
    EXPECT_EQ(rig.dropped["a"], 1 - n_retries);
    EXPECT_EQ(rig.counts(1).n_in, n_retries);
  }
}

TEST_P(TimeoutTest, FinishHasItToo) {
  Rig rig(GetParam());
  rig.stage(kProbeSplitOfJob, {}, {.timeout = 50ms}).start();
  seen.during_call = [&](const std::string& call) {
    if (call == "finish") rig.loop.advance(60ms);
  };
  rig.submit("a").run();
  EXPECT_EQ(rig.settled["a"], JobState::failed);
  EXPECT_EQ(rig.messages["a"], kMessage);
  EXPECT_TRUE(rig.has_finished);
}

TEST_P(TimeoutTest, CoroutineIsCancelledAtItsAwaitAndNeedsNoSubstitute) {
  Rig rig(GetParam());
  rig.stage(kNap, {{"n", "1000"}}, {.timeout = 50ms}).start();
  rig.submit("a").run_until_idle().pass(49ms);
  EXPECT_THAT(rig.settled, IsEmpty());
  rig.pass(1ms);
  EXPECT_EQ(rig.messages["a"], kMessage);
  EXPECT_EQ(rig.loop.n_watches(), 0U) << "the nap's timer is gone";
  EXPECT_EQ(rig.executor.n_substitutes, 0);
  rig.run();
}

TEST_P(TimeoutTest, CallThatEndsInTimeLeavesNoTimer) {
  Rig rig(GetParam());
  rig.stage(kPass, {}, {.timeout = 50ms}).stage(kPass, {}, {.timeout = 1h}).start();
  rig.submit("a").run_until_idle();
  EXPECT_EQ(rig.loop.n_watches(), 0U);
  rig.run();
}

}  // namespace
}  // namespace capstan::engine
