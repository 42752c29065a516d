// Items of several jobs: gathered by a stage of pipeline scope, and separated again.
#include "engine/seeded_test.hpp"

namespace capstan::engine {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using namespace std::chrono_literals;

/// Pipeline scope: lists of n items; the rest at the end.
class Gather final : public GeneratorStage {
 public:
  Gather(StageContext&, const Options& options) : n_(options.integer("n")) {}
  Generator<Item> process(Item in) override {
    members_.push_back(std::move(in));
    if (static_cast<std::int64_t>(members_.size()) < n_) co_return;
    Item list = gather(std::exchange(members_, {}));
    co_yield list;
  }
  Generator<Item> finish_items() override {
    if (members_.empty()) co_return;
    Item list = gather(std::exchange(members_, {}));
    co_yield list;
  }
  Generator<Item> tick_items() override { return finish_items(); }

 private:
  std::int64_t n_;
  std::vector<Item> members_;
  Lives lives_;
};
constexpr StageType kGather =
    stage_type<Gather>({"gather", "for tests", "*", "list", Scope::pipeline, kNumber});

/// The members of a list again.
class Spread final : public GeneratorStage {
 public:
  Spread(StageContext&, const Options&) {}
  Generator<Item> process(Item in) override {
    std::vector<Item> members = spread(std::move(in));
    for (Item& member : members) co_yield member;
  }

 private:
  Lives lives_;
};
constexpr StageType kSpread = stage_type<Spread>({.name = "spread",
                                                  .summary = "for tests",
                                                  .accepts = "list",
                                                  .produces = "*",
                                                  .options = kNumber,
                                                  .separates_jobs = true});

/// Notes the lists it sees as "a+b"; fails on those with a text that starts with "bad".
class Lists final : public MapStage {
 public:
  Lists(StageContext&, const Options&) {}
  Item process(Item in) override {
    std::string all;
    for (const Item& member : in.get<ItemList>().items()) {
      all += (all.empty() ? "" : "+") + text_of(member);
    }
    seen.calls.push_back(all);
    if (all.find("bad") != std::string::npos) throw std::runtime_error("bad list");
    if (++seen.n_tries[all] <= seen.fail_first) throw std::runtime_error("not yet");
    return in;
  }

 private:
  Lives lives_;
};

/// Pipeline scope: takes its list apart and dies of the third item, with the first two in hand.
class DropsWhatItHolds final : public MapStage {
 public:
  DropsWhatItHolds(StageContext&, const Options&) {}
  Item process(Item in) override {
    members_.push_back(std::move(in));
    if (members_.size() < 3) return {};
    const std::vector<Item> lost = std::exchange(members_, {});
    throw std::runtime_error("no room");
  }

 private:
  std::vector<Item> members_;
  Lives lives_;
};
constexpr StageType kDropsWhatItHolds =
    stage_type<DropsWhatItHolds>({"drops", "for tests", "*", "*", Scope::pipeline, kNumber});

/// Pipeline scope: gives its item on at once, and stays inside for a second.
class Lingers final : public AsyncGeneratorStage {
 public:
  Lingers(StageContext& context, const Options&) : context_(context) {}
  AsyncGenerator<Item> process(Item in) override {
    Item out = std::move(in);
    co_yield out;
    out = Item();
    co_await sleep_for(context_, 1000ms);
  }

 private:
  StageContext& context_;
  Lives lives_;
};
constexpr StageType kLingers =
    stage_type<Lingers>({"lingers", "for tests", "*", "*", Scope::pipeline, kNumber});

class BatchTest : public SeededTest {};
INSTANTIATE_TEST_SUITE_P(Seeds, BatchTest, ::testing::Range(0U, 12U));

TEST_P(BatchTest, JobsStayOpenUntilTheirBatchIsThrough) {
  Rig rig(GetParam());
  rig.stage(kGather, {{"n", "2"}}).stage(kNap).start();
  rig.submit("a").pass(1h);
  EXPECT_THAT(rig.settled, IsEmpty());
  rig.submit("b").run_until_idle();
  EXPECT_THAT(rig.settled, IsEmpty()) << "the batch is under way";
  rig.pass(1h);
  EXPECT_THAT(rig.settled, SizeIs(2));
  rig.run();
}

TEST_P(BatchTest, JobIsOpenWhileItsItemIsInsideEvenIfTheStageHasLetGoOfIt) {
  Rig rig(GetParam());
  rig.stage(kLingers).stage(kFails).start();
  rig.submit("a").run_until_idle();
  EXPECT_THAT(rig.all_left, ElementsAre("a"));
  EXPECT_THAT(rig.settled, IsEmpty());
  rig.submit("bad").run();
  EXPECT_EQ(rig.settled["a"], JobState::done);
  EXPECT_EQ(rig.settled["bad"], JobState::failed);
}

TEST_P(BatchTest, WhatAFailedCallLetGoOfFailsItsJobs) {
  Rig rig(GetParam());
  rig.stage(kDropsWhatItHolds).start();
  for (const char* input : {"a", "b", "c", "d"}) rig.submit(input).run_until_idle();
  rig.run();
  for (const char* input : {"a", "b", "c"}) EXPECT_EQ(rig.messages[input], "no room") << input;
  EXPECT_EQ(rig.settled["d"], JobState::done);
}

TEST_P(BatchTest, StageIsAskedForWhatItHoldsWhenOthersNeedTheSlotsOfThoseJobs) {
  Rig rig(GetParam());
  // Ten to a batch, but only two jobs have a slot in the last stage.
  rig.stage(kGather, {{"n", "10"}}).stage(kSpread).stage(kJoin, {}, {.concurrency = 2}).start();
  for (const std::string& input : numbered("job", 7)) rig.submit(input);
  rig.run();
  EXPECT_TRUE(rig.has_finished);
  EXPECT_THAT(rig.settled, SizeIs(7));
  EXPECT_THAT(rig.all_left, SizeIs(7));
}

TEST_P(BatchTest, MembersGoOnWithTheirOwnJobsBehindTheStageThatSeparatesThem) {
  Rig rig(GetParam());
  rig.stage(kGather, {{"n", "3"}}).stage(kSpread).stage(kFails).start();
  rig.submit("a").submit("bad").submit("b").submit("c").run();
  EXPECT_EQ(rig.outputs("a"), Texts{"a"});
  EXPECT_EQ(rig.outputs("b"), Texts{"b"});
  EXPECT_EQ(rig.outputs("c"), Texts{"c"}) << "the rest, at the end";
  EXPECT_EQ(rig.settled["bad"], JobState::failed);
  EXPECT_EQ(rig.settled["a"], JobState::done);
  EXPECT_EQ(rig.settled["b"], JobState::done);
}

TEST_P(BatchTest, MembersKeepTheirIndex) {
  Rig rig(GetParam());
  rig.stage(kSplit, {{"n", "4"}}).stage(kGather, {{"n", "3"}}).stage(kSpread).stage(kPass).start();
  rig.submit("a").submit("b").run();
  EXPECT_THAT(rig.indexes["a"], ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(rig.indexes["b"], ElementsAre(0, 1, 2, 3));
}

TEST_P(BatchTest, StageOfJobScopeBehindThemSeesEachJobToItsEnd) {
  Rig rig(GetParam());
  rig.stage(kSplit, {{"n", "3"}})
      .stage(kGather, {{"n", "4"}})
      .stage(kSpread)
      .stage(kJoin, {}, {.concurrency = 4})
      .start();
  rig.submit("a").submit("b").submit("c").run();
  EXPECT_EQ(rig.outputs("a"), Texts{"a/0+a/1+a/2"});
  EXPECT_EQ(rig.outputs("b"), Texts{"b/0+b/1+b/2"});
  EXPECT_EQ(rig.outputs("c"), Texts{"c/0+c/1+c/2"});
  EXPECT_EQ(seen.n_finished, 3);
}

TEST_P(BatchTest, MembersOfAMixedItemThatFailedRunAloneOnceAndOnlyTheCulpritsFail) {
  Rig rig(GetParam());
  rig.stage(kGather, {{"n", "3"}}).stage(kMapType<Lists>).stage(kSpread).start();
  rig.submit("a").run_until_idle().submit("bad").run_until_idle().submit("c").run();
  EXPECT_THAT(seen.calls, UnorderedElementsAre("a+bad+c", "a", "bad", "c"));
  EXPECT_EQ(rig.settled["bad"], JobState::failed);
  EXPECT_EQ(rig.messages["bad"], "bad list");
  EXPECT_EQ(rig.settled["a"], JobState::done);
  EXPECT_EQ(rig.settled["c"], JobState::done);
  EXPECT_THAT(rig.all_left, UnorderedElementsAre("a", "c"));
  EXPECT_THAT(rig.log.lines,
              Contains("p/stage1: a batch of 3 jobs failed, each is tried alone: bad list"));
  EXPECT_EQ(rig.n_bytes(), 0);
}

TEST_P(BatchTest, AllMembersOfAJobRunTogetherWhenItRunsAlone) {
  Rig rig(GetParam());
  rig.stage(kSplit, {{"n", "2"}})
      .stage(kGather, {{"n", "4"}})
      .stage(kMapType<Lists>)
      .stage(kSpread)
      .start();
  rig.submit("a").run_until_idle().submit("bad").run();
  EXPECT_THAT(seen.calls, ElementsAre("a/0+a/1+bad/0+bad/1", "a/0+a/1", "bad/0+bad/1"));
  EXPECT_THAT(rig.outputs("a"), ElementsAre("a/0", "a/1"));
}

TEST_P(BatchTest, OtherTriesOfTheWholeComeFirst) {
  seen.fail_first = 1;
  Rig rig(GetParam());
  rig.stage(kGather, {{"n", "2"}})
      .stage(kMapType<Lists>, {}, {.retry = {.n_retries = 1, .backoff = 1ms}})
      .stage(kSpread)
      .start();
  rig.submit("a").run_until_idle().submit("b").run();
  EXPECT_THAT(seen.calls, ElementsAre("a+b", "a+b"));
  EXPECT_THAT(rig.all_left, ElementsAre("a", "b"));
}

TEST_P(BatchTest, ItemOfOneJobAloneIsNotRunAgain) {
  Rig rig(GetParam());
  rig.stage(kSplit, {{"n", "2"}}).stage(kGather, {{"n", "2"}}).stage(kMapType<Lists>).start();
  rig.submit("bad").run();
  EXPECT_THAT(seen.calls, SizeIs(1));
  EXPECT_EQ(rig.settled["bad"], JobState::failed);
}

TEST_P(BatchTest, MixedItemThatIsNoListFailsAllOfItsJobs) {
  Rig rig(GetParam());
  rig.stage(kBatch, {{"n", "2"}}).stage(kFails).start();
  rig.submit("bad").run_until_idle().submit("a").run();
  EXPECT_EQ(rig.settled["bad"], JobState::failed);
  EXPECT_EQ(rig.settled["a"], JobState::failed);
}

TEST_P(BatchTest, DroppedMixedItemCountsInEachOfItsJobs) {
  Rig rig(GetParam());
  rig.stage(kGather, {{"n", "2"}})
      .stage(kMapType<Lists>, {}, {.on_error = graph::OnError::drop})
      .stage(kSpread)
      .start();
  rig.submit("bad1").run_until_idle().submit("bad2").run();
  EXPECT_EQ(rig.settled["bad1"], JobState::done);
  EXPECT_EQ(rig.dropped["bad1"], 1U);
  EXPECT_EQ(rig.dropped["bad2"], 1U);
}

TEST_P(BatchTest, MergingStageTakesFromAnyEdgeSoNoSiblingStarvesIt) {
  Rig rig(GetParam());
  rig.stage(kSplit, {{"n", "30"}}, {.queue_items = 1});
  // One branch gives everything before the other gives anything.
  rig.stage(kPass, {}, {.queue_items = 1, .inputs = {0}});
  rig.stage(kJoin, {}, {.queue_items = 1, .inputs = {0}});
  rig.stage(kJoin, {}, {.queue_items = 1, .inputs = {1, 2}});
  rig.start().submit("a").run();
  EXPECT_TRUE(rig.has_finished);
  ASSERT_THAT(rig.outputs("a"), SizeIs(1));
  const std::string joined = rig.outputs("a")[0];
  EXPECT_EQ(std::count(joined.begin(), joined.end(), '+'), 59);
}

}  // namespace
}  // namespace capstan::engine
