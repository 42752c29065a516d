// What sources give: jobs, epochs of an endless stream, outputs for which there is no room.
#include "engine/seeded_test.hpp"

namespace capstan::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using namespace std::chrono_literals;
using graph::OnFull;

class SourceTest : public SeededTest {};
INSTANTIATE_TEST_SUITE_P(Seeds, SourceTest, ::testing::Range(0U, 12U));

/// Job scope: batches of n; the rest at the end of the job.
class BatchOfJob final : public GeneratorStage {
 public:
  BatchOfJob(StageContext&, const Options& options) : n_(options.integer("n")) {}
  Generator<Item> process(Item in) override {
    texts_ += (texts_.empty() ? "" : "+") + text_of(in);
    last_ = in;
    if (++n_held_ < n_) co_return;
    Item out = take();
    co_yield out;
  }
  Generator<Item> finish_items() override {
    if (n_held_ == 0) co_return;
    Item out = take();
    co_yield out;
  }

 private:
  Item take() {
    n_held_ = 0;
    return text(last_, std::exchange(texts_, {}));
  }
  std::int64_t n_;
  std::int64_t n_held_ = 0;
  std::string texts_;
  Item last_;
  Lives lives_;
};
constexpr StageType kBatchOfJob =
    stage_type<BatchOfJob>({"batch", "for tests", "*", "*", Scope::job, kNumber});

TEST_P(SourceTest, FailureIsReportedAndIsNotAnEndAfterWhichAllIsWell) {
  seen.feed = numbered("", 10);
  seen.feed.push_back("throw");
  Rig rig(GetParam());
  rig.stage(kFeed).stage(kPass, {}, {.concurrency = 2}).run();
  EXPECT_TRUE(rig.has_finished);
  EXPECT_THAT(rig.all_left, SizeIs(10));
  ASSERT_TRUE(rig.source_failure);
  EXPECT_EQ(rig.source_failure->stage, "source0");
  EXPECT_EQ(rig.source_failure->message, "the feed broke");
}

TEST_P(SourceTest, InputThatCannotBeTakenIsAJobThatFailedAndTheSourceGoesOn) {
  seen.feed = {"a", "unreadable", "b"};
  for (const std::size_t n_items : {0, 10}) {
    Rig rig(GetParam());
    rig.stage(kFeed, {}, {.epoch = {.n_items = n_items}}).stage(kPass).run();
    EXPECT_EQ(rig.settled["unreadable"], JobState::failed);
    EXPECT_EQ(rig.messages["unreadable"], "no permission");
    EXPECT_THAT(rig.all_left, ElementsAre("a", "b"));
  }
}

TEST_P(SourceTest, WithoutEpochsEachOutputIsAJob) {
  Rig rig(GetParam());
  rig.stage(kSource, {{"n", "3"}}).stage(kJoin, {}, {.concurrency = 2}).run();
  EXPECT_THAT(rig.settled, SizeIs(3));
  EXPECT_EQ(seen.n_finished, 3);
}

TEST_P(SourceTest, EpochOfItemsIsAJobThatEndsAfterThem) {
  Rig rig(GetParam());
  rig.stage(kSource, {{"n", "7"}}, {.epoch = {.n_items = 3}})
      .stage(kNap, {}, {.concurrency = 3})
      .stage(kJoin, {}, {.concurrency = 2})
      .run();
  EXPECT_THAT(rig.outputs("0"), ElementsAre("0+1+2"));
  EXPECT_THAT(rig.outputs("3"), ElementsAre("3+4+5"));
  EXPECT_THAT(rig.outputs("6"), ElementsAre("6"));
  EXPECT_EQ(seen.n_finished, 3) << "finish() of each epoch";
}

TEST_P(SourceTest, EpochOfBytesEndsWithTheItemThatReachesThem) {
  seen.feed = {"aaaa", "bbbb", "cccc", "dddd", "eeeeeeeeeeee", "f"};
  Rig rig(GetParam());
  rig.stage(kFeed, {}, {.epoch = {.n_bytes = 10}}).stage(kJoin, {}, {.concurrency = 2}).run();
  EXPECT_THAT(rig.all_left, UnorderedElementsAre("aaaa+bbbb+cccc", "dddd+eeeeeeeeeeee", "f"));
}

TEST_P(SourceTest, EpochOfTimeCountsFromItsFirstItem) {
  Rig rig(GetParam());
  rig.stage(kClock, {{"n", "10"}}, {.epoch = {.duration = 25ms}})
      .stage(kJoin, {}, {.concurrency = 2})
      .start();
  rig.pass(34ms);
  EXPECT_THAT(rig.all_left, IsEmpty());
  rig.pass(1ms);
  EXPECT_THAT(rig.all_left, ElementsAre("0+1+2"));
  rig.pass(30ms);
  EXPECT_THAT(rig.all_left, UnorderedElementsAre("0+1+2", "3+4+5"));
  rig.drain().run();
}

TEST_P(SourceTest, WhicheverBoundIsMetFirstEndsTheEpoch) {
  Rig rig(GetParam());
  rig.stage(kClock, {{"n", "10"}}, {.epoch = {.n_items = 2, .duration = 25ms}})
      .stage(kJoin, {}, {.concurrency = 2})
      .start();
  rig.pass(45ms);
  EXPECT_THAT(rig.all_left, UnorderedElementsAre("0+1", "2+3"));
  rig.drain().run();
  EXPECT_EQ(rig.loop.n_watches(), 0U);
}

TEST_P(SourceTest, PartialBatchesAreFlushedAtTheEndOfAnEpochAndNoItemCrossesIt) {
  Rig rig(GetParam());
  rig.stage(kSource, {{"n", "8"}}, {.epoch = {.n_items = 3}})
      .stage(kPass, {}, {.concurrency = 2})
      .stage(kBatchOfJob, {{"n", "2"}}, {.concurrency = 2})
      .run();
  EXPECT_THAT(rig.outputs("0"), ElementsAre("0+1", "2"));
  EXPECT_THAT(rig.outputs("3"), ElementsAre("3+4", "5"));
  EXPECT_THAT(rig.outputs("6"), ElementsAre("6+7"));
}

TEST_P(SourceTest, IndexCountsWithinTheEpoch) {
  Rig rig(GetParam());
  rig.stage(kSource, {{"n", "5"}}, {.epoch = {.n_items = 3}}).stage(kPass).run();
  EXPECT_THAT(rig.indexes["0"], ElementsAre(0, 1, 2));
  EXPECT_THAT(rig.indexes["3"], ElementsAre(0, 1));
}

TEST_P(SourceTest, DrainEndsTheEpochAndCompletesIt) {
  Rig rig(GetParam());
  rig.stage(kClock, {{"n", "10"}}, {.epoch = {.n_items = 1000}}).stage(kJoin).start();
  rig.pass(35ms).drain().run();
  EXPECT_TRUE(rig.has_finished);
  EXPECT_THAT(rig.all_left, ElementsAre("0+1+2"));
  EXPECT_EQ(rig.settled["0"], JobState::done);
}

TEST_P(SourceTest, StopCancelsTheEpoch) {
  Rig rig(GetParam());
  rig.stage(kClock, {{"n", "10"}}, {.epoch = {.n_items = 1000}}).stage(kJoin).start();
  rig.pass(35ms).stop().run();
  EXPECT_TRUE(rig.has_finished);
  EXPECT_EQ(rig.settled["0"], JobState::cancelled);
  EXPECT_EQ(seen.n_finished, 0);
}

TEST_P(SourceTest, FailedEpochIsFollowedByANewOne) {
  seen.feed = {"a", "bad", "c", "d", "e", "f"};
  Rig rig;
  rig.stage(kFeed, {}, {.epoch = {.n_items = 4}})
      .stage(kFails, {}, {.queue_items = 1})
      .stage(kJoin, {}, {.concurrency = 2})
      .run();
  EXPECT_EQ(rig.settled["a"], JobState::failed);
  EXPECT_EQ(rig.messages["a"], "bad text");
  EXPECT_TRUE(rig.has_finished);
  ASSERT_GE(rig.settled_order.size(), 2U);
  const std::string next = rig.settled_order[1];
  EXPECT_EQ(rig.settled[next], JobState::done) << "begins with " << next;
  EXPECT_EQ(rig.outputs(next).at(0).substr(0, 1), next);
  EXPECT_EQ(rig.outputs(rig.settled_order.back()).back().back(), 'f') << "what came after is there";
}

TEST_P(SourceTest, CancelledEpochIsFollowedByANewOne) {
  Rig rig(GetParam());
  rig.stage(kClock, {{"n", "10"}}, {.epoch = {.n_items = 1000}})
      .stage(kJoin, {}, {.concurrency = 2})
      .start();
  rig.pass(25ms);
  EXPECT_TRUE(rig.cancel(1));
  rig.pass(20ms).drain().run();
  EXPECT_EQ(rig.settled["0"], JobState::cancelled);
  EXPECT_EQ(rig.settled["2"], JobState::done);
  EXPECT_THAT(rig.all_left, ElementsAre("2+3"));
}

/// 20 items into a stage that is slow, with room for two in front of it.
Rig& run_crowded(Rig& rig, OnFull on_full, const graph::Epoch& epoch = {}) {
  return rig.stage(kSource, {{"n", "20"}}, {.on_full = on_full, .epoch = epoch})
      .stage(kNap, {{"n", "1000"}}, {.queue_items = 2})
      .run();
}

TEST_P(SourceTest, BlockedSourceWaitsAndNothingIsLost) {
  Rig rig(GetParam());
  run_crowded(rig, OnFull::block);
  EXPECT_EQ(rig.all_left, numbered("", 20));
  EXPECT_EQ(rig.counts(0).n_dropped, 0U);
}

TEST_P(SourceTest, DropNewestKeepsWhatIsThere) {
  Rig rig(GetParam());
  run_crowded(rig, OnFull::drop_newest);
  EXPECT_EQ(rig.all_left, numbered("", static_cast<int>(rig.all_left.size())));
  EXPECT_LE(rig.all_left.size(), 5U);
  EXPECT_EQ(rig.counts(0).n_dropped, 20 - rig.all_left.size());
  EXPECT_EQ(rig.counts(0).n_out, rig.all_left.size());
  EXPECT_EQ(rig.settled.size(), rig.all_left.size()) << "what was dropped became no job";
}

TEST_P(SourceTest, DropOldestMakesRoomForWhatIsNew) {
  Rig rig(GetParam());
  run_crowded(rig, OnFull::drop_oldest);
  EXPECT_EQ(rig.all_left.back(), "19");
  EXPECT_EQ(rig.all_left[rig.all_left.size() - 2], "18");
  EXPECT_LE(rig.all_left.size(), 5U);
  EXPECT_EQ(rig.counts(0).n_dropped, 20 - rig.all_left.size());
  EXPECT_EQ(rig.settled.size(), 20U) << "what was dropped had become a job";
  EXPECT_EQ(rig.n_dropped, 20 - rig.all_left.size());
}

TEST_P(SourceTest, WhatAnEpochHasNoRoomForIsCountedInIt) {
  for (const OnFull on_full : {OnFull::drop_newest, OnFull::drop_oldest}) {
    Rig rig(GetParam());
    run_crowded(rig, on_full, {.n_items = 1000});
    EXPECT_THAT(rig.settled, ElementsAre(std::make_pair("0", JobState::done)));
    EXPECT_LE(rig.all_left.size(), 5U);
    EXPECT_EQ(rig.dropped["0"], 20 - rig.all_left.size());
    EXPECT_EQ(rig.counts(0).n_dropped, 20 - rig.all_left.size());
  }
}

}  // namespace
}  // namespace capstan::engine
