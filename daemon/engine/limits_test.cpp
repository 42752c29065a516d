// How many failures are borne, and what becomes of a job that failed.
#include "engine/seeded_test.hpp"

namespace capstan::engine {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::SizeIs;
using namespace std::chrono_literals;
using graph::OnError;

/// Fails on texts that start with "no".
class Refuses final : public MapStage {
 public:
  Refuses(StageContext&, const Options&) {}
  Item process(Item in) override {
    if (text_of(in).rfind("no", 0) == 0) throw std::runtime_error("refused");
    return in;
  }

 private:
  Lives lives_;
};
constexpr const StageType& kRefuses = kMapType<Refuses>;

class LimitsTest : public SeededTest {};
INSTANTIATE_TEST_SUITE_P(Seeds, LimitsTest, ::testing::Range(0U, 10U));

/// One after the other, each to its end, as long as any are taken.
void submit_each(Rig& rig, const Texts& inputs) {
  for (const std::string& input : inputs) rig.submit(input).run_until_idle();
}

/// "good0", "bad1", "good2", ...
Texts every_second_bad(int n) {
  Texts texts;
  for (int i = 0; i < n; ++i) texts.push_back((i % 2 ? "bad" : "good") + std::to_string(i));
  return texts;
}

TEST_P(LimitsTest, ThatManyFailuresAreBorneAndOneMoreClosesTheIntake) {
  for (const auto order : {graph::Order::job, graph::Order::none, graph::Order::global}) {
    Rig rig(GetParam());
    rig.plan.limit.max_failures = 3;
    rig.stage(kFails, {}, {.order = order}).start();
    submit_each(rig, every_second_bad(10));
    EXPECT_TRUE(rig.has_finished) << "by itself";
    EXPECT_THAT(rig.all_left, ElementsAre("good0", "good2", "good4", "good6"));
    EXPECT_THAT(rig.settled, SizeIs(8));
    EXPECT_THAT(rig.log.lines,
                Contains("p: 4 jobs failed, more than its limit: no more are taken"));
  }
}

TEST_P(LimitsTest, SubmissionsThatWereNotTakenAreNamed) {
  Rig rig(GetParam());
  rig.plan.limit.max_failures = 0;
  rig.stage(kFails).start();
  rig.submit("bad").run_until_idle();
  EXPECT_TRUE(rig.has_finished);
  Rig other(GetParam());
  other.plan.limit.max_failures = 0;
  other.stage(kFails, {}, {.queue_items = 1}).start();
  for (const std::string& input : Texts{"bad", "a", "b", "c"}) other.submit(input);
  other.run();
  EXPECT_THAT(other.unstarted, ElementsAre("b", "c")) << "a was in flight, and completes";
  EXPECT_THAT(other.all_left, ElementsAre("a"));
}

TEST_P(LimitsTest, LimitEndsASource) {
  seen.feed = {"a", "bad", "bad1", "b", "c", "d", "e", "f", "g"};
  Rig rig(GetParam());
  rig.plan.limit.max_failures = 1;
  rig.stage(kFeed).stage(kFails).run();
  EXPECT_TRUE(rig.has_finished);
  EXPECT_LT(rig.settled.size(), 9U);
  EXPECT_FALSE(rig.source_failure);
}

TEST_P(LimitsTest, WithoutALimitAnyNumberIsBorne) {
  Rig rig(GetParam());
  rig.stage(kFails).start();
  for (const std::string& input : numbered("bad", 150)) rig.submit(input);
  rig.run();
  EXPECT_THAT(rig.settled, SizeIs(150));
}

TEST_P(LimitsTest, OfAStageMayBeStricterThanThatOfThePipeline) {
  Rig rig(GetParam());
  rig.plan.limit.max_failures = 100;
  rig.stage(kPass).stage(kFails, {}, {.limit = {.max_failures = 1}}).start();
  submit_each(rig, every_second_bad(10));
  EXPECT_TRUE(rig.has_finished);
  EXPECT_THAT(rig.all_left, ElementsAre("good0", "good2"));
  EXPECT_THAT(rig.log.lines,
              Contains("p: 2 items failed in stage 'stage1', more than its limit: no more are "
                       "taken"));
}

TEST_P(LimitsTest, OfAStageMayBeLooserThanThatOfThePipeline) {
  Rig rig(GetParam());
  rig.plan.limit.max_failures = 0;
  rig.stage(kPass).stage(kFails, {}, {.limit = {.max_failures = 2}}).start();
  submit_each(rig, every_second_bad(10));
  EXPECT_TRUE(rig.has_finished);
  EXPECT_THAT(rig.all_left, ElementsAre("good0", "good2", "good4"));
}

TEST_P(LimitsTest, OfThePipelineCountsTheStagesThatHaveNone) {
  Rig rig(GetParam());
  rig.plan.limit.max_failures = 1;
  rig.stage(kFails, {}, {.limit = {.max_failures = 100}}).stage(kRefuses).start();
  submit_each(rig, {"bad", "bad2", "bad3", "no", "good", "no2", "good2"});
  EXPECT_TRUE(rig.has_finished);
  EXPECT_THAT(rig.all_left, ElementsAre("good"));
}

TEST_P(LimitsTest, ItemsThatAreDroppedCountInTheirStage) {
  Rig rig(GetParam());
  rig.stage(kFails, {}, {.on_error = OnError::drop, .limit = {.max_failures = 1}}).start();
  submit_each(rig, every_second_bad(10));
  EXPECT_TRUE(rig.has_finished);
  EXPECT_THAT(rig.all_left, ElementsAre("good0", "good2"));
  EXPECT_EQ(rig.settled["bad3"], JobState::done);
}

TEST_P(LimitsTest, TriesThatAreFollowedByAnotherDoNotCount) {
  seen.fail_first = 2;
  Rig rig(GetParam());
  rig.plan.limit.max_failures = 0;
  rig.stage(kFails, {}, {.retry = {.n_retries = 2, .backoff = 1ms}, .limit = {.max_failures = 0}})
      .start();
  rig.submit("a").submit("b").run();
  EXPECT_EQ(rig.settled["a"], JobState::done);
  EXPECT_EQ(rig.settled["b"], JobState::done);
}

TEST_P(LimitsTest, CancelledJobIsNoFailure) {
  Rig rig(GetParam());
  rig.plan.limit.max_failures = 0;
  rig.stage(kNap).start();
  rig.submit("a").run_until_idle();
  EXPECT_TRUE(rig.cancel(1));
  rig.submit("b").run();
  EXPECT_EQ(rig.settled["b"], JobState::done);
}

TEST_P(LimitsTest, RateCountsOnlyAfterAHundred) {
  Rig rig(GetParam());
  rig.plan.limit.max_rate = 0.5;
  rig.stage(kFails).start();
  submit_each(rig, numbered("bad", 99));
  EXPECT_FALSE(rig.has_finished);
  submit_each(rig, {"bad99"});
  EXPECT_TRUE(rig.has_finished);
  EXPECT_THAT(rig.settled, SizeIs(100));
}

TEST_P(LimitsTest, RateThatIsJustReachedIsBorne) {
  Rig rig(GetParam());
  rig.plan.limit.max_rate = 0.5;
  rig.stage(kFails).start();
  submit_each(rig, every_second_bad(150));
  EXPECT_FALSE(rig.has_finished);
  submit_each(rig, {"bad", "worse"});
  EXPECT_TRUE(rig.has_finished);
}

TEST_P(LimitsTest, RateOfAStageIsOfWhatEnteredIt) {
  Rig rig(GetParam());
  rig.stage(kPass).stage(kFails, {}, {.limit = {.max_rate = 0.1}}).start();
  submit_each(rig, numbered("bad", 99));
  EXPECT_FALSE(rig.has_finished);
  submit_each(rig, {"bad99"});
  EXPECT_TRUE(rig.has_finished);
}

TEST_P(LimitsTest, TwoPipelinesCountApart) {
  PlanOfStages other;
  Rig rig(GetParam());
  rig.plan.limit.max_failures = other.plan.limit.max_failures = 1;
  rig.stage(kFails).start();
  other.add(kFails, {}, {});
  Pipeline& beside = rig.start_beside(other);
  loop_home.check();
  for (const std::string& input : Texts{"bad1", "bad2"}) {
    rig.submit(input).run_until_idle();
    if (input == "bad1") beside.submit({"bad of the other", ""});
    rig.run_until_idle();
  }
  EXPECT_TRUE(rig.has_finished);
  beside.submit({"good", ""});
  rig.run_until_idle();
  EXPECT_EQ(rig.settled["good"], JobState::done);
  beside.drain();
  rig.run_until_idle();
}

TEST_P(LimitsTest, DeadLetterMakesTheJobDeadAndIsAFailure) {
  Rig rig(GetParam());
  rig.plan.limit.max_failures = 1;
  rig.stage(kFails, {}, {.on_error = OnError::dead_letter}).start();
  submit_each(rig, {"bad", "a", "bad2", "b"});
  EXPECT_EQ(rig.settled["bad"], JobState::dead);
  EXPECT_EQ(rig.messages["bad"], "bad text");
  EXPECT_EQ(rig.blamed["bad"], "stage0");
  EXPECT_EQ(rig.settled["a"], JobState::done);
  EXPECT_TRUE(rig.has_finished);
}

}  // namespace
}  // namespace capstan::engine
