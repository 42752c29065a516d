// Ticks: a stage is called when a time has come that it asked for.
#include "engine/seeded_test.hpp"

namespace capstan::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

/// Holds what it is given and gives it joined, 10 ms after the last text, at the latest at its end.
/// "later" asks for another time, "never" takes it back, "throw" fails in the tick.
template <class Base, template <class> class Outputs>
class Holder final : public Base {
 public:
  Holder(StageContext& context, const Options&) : context_(context) {}
  Outputs<Item> process(Item in) override {
    const std::string what = text_of(in);
    held_ = held_ ? join(in, what) : in;
    in = Item();
    context_.request_tick(what == "later" ? 1000ms : what == "never" ? 0ms : 10ms);
    co_return;
  }
  Outputs<Item> tick_items() override {
    ++seen.n_tries["tick"];
    if (!held_) co_return;
    if (text_of(held_).find("throw") != std::string::npos) throw std::runtime_error("tick failed");
    Item out = std::exchange(held_, Item());
    co_yield out;
  }
  Outputs<Item> finish_items() override {
    ++seen.n_finished;
    if (!held_) co_return;
    Item out = std::exchange(held_, Item());
    co_yield out;
  }

 private:
  Item join(const Item& in, const std::string& what) {
    Item joined = text(held_, text_of(held_) + "+" + what);
    joined.absorb(in);
    return joined;
  }
  StageContext& context_;
  Item held_;
  Lives lives_;
};
using SyncHolder = Holder<GeneratorStage, Generator>;
using AsyncHolder = Holder<AsyncGeneratorStage, AsyncGenerator>;

template <class S, Scope scope>
constexpr StageType kHolder = stage_type<S>({"hold", "for tests", "*", "*", scope, kNumber});

/// Each test runs with a sync and an async stage.
class TickTest : public SeededTest {
 protected:
  const StageType& of_pipeline() {
    return is_async() ? kHolder<AsyncHolder, Scope::pipeline>
                      : kHolder<SyncHolder, Scope::pipeline>;
  }
  const StageType& of_job() {
    return is_async() ? kHolder<AsyncHolder, Scope::job> : kHolder<SyncHolder, Scope::job>;
  }
  bool is_async() const { return GetParam() % 2 == 1; }
};
INSTANTIATE_TEST_SUITE_P(Seeds, TickTest, ::testing::Range(0U, 10U));

TEST_P(TickTest, ComesTheTimeThatWasAskedForAfterTheCall) {
  Rig rig(GetParam());
  rig.stage(of_pipeline()).stage(kPass).start();
  rig.submit("a").run_until_idle();
  EXPECT_THAT(rig.pass(9ms).all_left, IsEmpty());
  EXPECT_THAT(rig.pass(1ms).all_left, ElementsAre("a"));
  EXPECT_EQ(rig.settled["a"], JobState::done);
  rig.run();
}

TEST_P(TickTest, AnotherRequestReplacesTheOneBefore) {
  Rig rig(GetParam());
  rig.stage(of_pipeline()).start();
  rig.submit("a").run_until_idle().submit("later").run_until_idle();
  EXPECT_THAT(rig.pass(999ms).all_left, IsEmpty());
  EXPECT_THAT(rig.pass(1ms).all_left, ElementsAre("a+later"));
  EXPECT_EQ(seen.n_tries["tick"], 1);
  rig.run();
}

TEST_P(TickTest, RequestOfZeroTakesItBack) {
  Rig rig(GetParam());
  rig.stage(of_pipeline()).start();
  rig.submit("a").run_until_idle().submit("never").run_until_idle();
  EXPECT_EQ(rig.loop.n_watches(), 0U);
  EXPECT_THAT(rig.pass(1h).all_left, IsEmpty());
  EXPECT_THAT(rig.run().all_left, ElementsAre("a+never"));
  EXPECT_EQ(seen.n_tries["tick"], 0);
}

TEST_P(TickTest, IsForOnceUnlessAskedForAgain) {
  Rig rig(GetParam());
  rig.stage(of_pipeline()).start();
  rig.submit("a").run_until_idle().pass(1h);
  EXPECT_EQ(seen.n_tries["tick"], 1);
  EXPECT_EQ(rig.loop.n_watches(), 0U);
  rig.submit("b").run_until_idle().pass(1h);
  EXPECT_EQ(seen.n_tries["tick"], 2);
  rig.run();
}

TEST_P(TickTest, JobHasTicksOfItsOwnInJobScope) {
  Rig rig(GetParam());
  // Items come one by one, further apart than the ticks that they ask for.
  rig.stage(kNapSplit, {{"n", "2"}}, {.concurrency = 2})
      .stage(kNap, {{"n", "100"}})
      .stage(of_job(), {}, {.concurrency = 2})
      .start();
  rig.submit("a").submit("b").run();
  EXPECT_EQ(rig.outputs("a").size() + rig.outputs("b").size(), 2U + seen.n_tries["tick"]);
  EXPECT_EQ(seen.n_finished, 2);
  EXPECT_EQ(rig.settled.size(), 2U);
}

TEST_P(TickTest, NoneComesAfterFinish) {
  Rig rig(GetParam());
  rig.stage(of_job()).start();
  rig.submit("a").run_until_idle();
  EXPECT_THAT(rig.all_left, ElementsAre("a")) << "by finish, for the job has ended";
  EXPECT_EQ(rig.loop.n_watches(), 0U);
  rig.pass(1h).run();
  EXPECT_EQ(seen.n_tries["tick"], 0);
}

TEST_P(TickTest, NoneComesAfterTheEndOfThePipeline) {
  Rig rig(GetParam());
  rig.stage(of_pipeline()).start();
  rig.submit("a").run_until_idle().drain().run_until_idle();
  EXPECT_THAT(rig.all_left, ElementsAre("a"));
  EXPECT_TRUE(rig.has_finished);
  EXPECT_EQ(rig.loop.n_watches(), 0U);
  EXPECT_EQ(seen.n_tries["tick"], 0);
}

TEST_P(TickTest, WaitsForTheEndOfAPause) {
  Rig rig(GetParam());
  rig.stage(of_pipeline()).start();
  rig.submit("a").run_until_idle().pause().pass(1h);
  EXPECT_THAT(rig.all_left, IsEmpty());
  EXPECT_THAT(rig.resume().run_until_idle().all_left, ElementsAre("a"));
  rig.run();
}

TEST_P(TickTest, ThatComesWhileAnItemIsInsideFollowsIt) {
  Rig rig(GetParam());
  rig.stage(of_pipeline()).start();
  rig.submit("a").run_until_idle().submit("never");
  if (is_async()) return void(rig.run());  // its calls do not last
  rig.loop.run_until_idle();
  rig.loop.advance(10ms);  // while the item waits for a worker
  EXPECT_EQ(rig.executor.n_queued(), 1U);
  rig.run_until_idle();
  EXPECT_EQ(seen.n_tries["tick"], 0) << "the item took it back";
  rig.submit("b").run_until_idle().submit("bad");
  rig.run().pass(1h);
  EXPECT_EQ(rig.settled.size(), 4U);
}

TEST_P(TickTest, OfAJobThatWasCancelledNeverComes) {
  Rig rig(GetParam());
  rig.stage(kSplit, {{"n", "2"}}).stage(kNap, {{"n", "100"}}).stage(of_job()).start();
  rig.submit("a").run_until_idle();
  rig.pass(110ms);
  EXPECT_TRUE(rig.cancel(1));
  rig.run_until_idle();
  EXPECT_EQ(rig.settled["a"], JobState::cancelled);
  EXPECT_EQ(rig.loop.n_watches(), 0U);
  rig.run();
  EXPECT_EQ(seen.n_tries["tick"], 0);
  EXPECT_EQ(seen.n_finished, 0);
}

TEST_P(TickTest, ThatFailsInPipelineScopeFailsTheJobsThatAreHeld) {
  Rig rig(GetParam());
  rig.stage(of_pipeline()).start();
  rig.submit("a").submit("throw").run_until_idle().pass(10ms).submit("never").run();
  EXPECT_EQ(rig.settled["a"], JobState::failed);
  EXPECT_EQ(rig.settled["throw"], JobState::failed);
  EXPECT_EQ(rig.messages["a"], "tick failed");
  EXPECT_EQ(rig.blamed["a"], "hold0");
}

TEST_P(TickTest, ThatFailsInJobScopeFailsItsJobAlone) {
  Rig rig(GetParam());
  rig.stage(kSplit, {{"n", "2"}}, {.concurrency = 2})
      .stage(kNap, {{"n", "100"}})
      .stage(of_job(), {}, {.concurrency = 2})
      .start();
  rig.submit("throw").submit("a").run();
  EXPECT_EQ(rig.settled["throw"], JobState::failed);
  EXPECT_EQ(rig.messages["throw"], "tick failed");
  EXPECT_EQ(rig.settled["a"], JobState::done);
  EXPECT_EQ(seen.n_finished, 1);
}

}  // namespace
}  // namespace capstan::engine
