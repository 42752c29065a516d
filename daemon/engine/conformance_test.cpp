// The behaviour that SPDL's pipeline promises, test by test in our terms. Where Capstan differs on
// purpose the name says so. Left out: its percentiles (they come with the statistics) and what
// concerns media, which is the plugins'.
#include "engine/seeded_test.hpp"

namespace capstan::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using namespace std::chrono_literals;
using graph::Order;

class ConformanceTest : public SeededTest {};
INSTANTIATE_TEST_SUITE_P(Seeds, ConformanceTest, ::testing::Range(0U, 10U));

constexpr Order kOrders[] = {Order::job, Order::none, Order::global};

/// Naps for longer the smaller the text's number is, so that later items end first.
class Reverses final : public AsyncMapStage {
 public:
  Reverses(StageContext& context, const Options&) : context_(context) {}
  Task<Item> process(Item in) override {
    const std::string number = text_of(in).substr(text_of(in).find_first_of("0123456789"));
    co_await sleep_for(context_, std::chrono::milliseconds(100 - std::stoi(number)));
    co_return in;
  }

 private:
  StageContext& context_;
  Lives lives_;
};

/// Drops texts with an odd number, or all if n is 1.
class Drops final : public MapStage {
 public:
  Drops(StageContext&, const Options& options) : drops_all_(options.integer("n") == 1) {}
  Item process(Item in) override {
    const bool is_odd = (text_of(in).back() - '0') % 2 == 1;
    return drops_all_ || is_odd ? Item() : in;
  }

 private:
  bool drops_all_;
  Lives lives_;
};

/// Throws on texts with an odd number.
class FailsOdd final : public MapStage {
 public:
  FailsOdd(StageContext&, const Options&) {}
  Item process(Item in) override {
    if ((text_of(in).back() - '0') % 2 == 1) throw std::runtime_error("odd");
    return in;
  }

 private:
  Lives lives_;
};

/// Two paths; "throw" throws, "2" names a path that there is not.
class Routes final : public MapStage {
 public:
  Routes(StageContext&, const Options&) {}
  static std::vector<std::string> paths(const Options&) { return {"a", "b"}; }
  Item process(Item in) override {
    if (text_of(in) == "throw") throw std::runtime_error("no rule");
    in.take_path(static_cast<std::uint32_t>(text_of(in)[0] - '0'));
    return in;
  }

 private:
  Lives lives_;
};

/// Texts of two, joined; what is left at the end is dropped.
class Pairs final : public GeneratorStage {
 public:
  Pairs(StageContext&, const Options&) {}
  Generator<Item> process(Item in) override {
    if (!first_) {
      first_ = in;
      co_return;
    }
    Item out = text(in, text_of(std::exchange(first_, Item())) + "+" + text_of(in));
    co_yield out;
  }
  Generator<Item> finish_items() override {
    Item dropped;
    if (std::exchange(first_, Item())) co_yield dropped;
  }

 private:
  Item first_;
  Lives lives_;
};
constexpr StageType kPairs =
    stage_type<Pairs>({"pairs", "for tests", "*", "*", Scope::job, kNumber});

TEST_P(ConformanceTest, ExactlyConcurrencyOperationsAreInFlightAtMost) {
  for (const Order order : kOrders) {
    reset();
    Rig rig(GetParam());
    rig.stage(kSource, {{"n", "30"}}).stage(kNap, {}, {.concurrency = 4, .order = order}).run();
    EXPECT_EQ(seen.max_inside, 4) << "exactly, and no two more for the sake of order";
  }
}

TEST_P(ConformanceTest, AtConcurrencyOneWithASlowStageTheRestIsNotFetched) {
  Rig rig(GetParam());
  rig.stage(kSource, {{"n", "50"}})
      .stage(kPass, {}, {.queue_items = 1})
      .stage(kNap, {{"n", "3600000"}}, {.queue_items = 1})
      .start();
  EXPECT_EQ(rig.counts(2).n_inside, 1U) << "in flight";
  EXPECT_EQ(rig.counts(2).n_queued, 1U) << "ready";
  EXPECT_EQ(rig.counts(1).n_inside + rig.counts(1).n_queued, 2U);
  EXPECT_EQ(rig.counts(0).n_out, 4U) << "one for each place, no more";
  rig.stop().run();
}

TEST_P(ConformanceTest, OrderIsKeptWhenOperationsEndOutOfOrder) {
  Rig rig(GetParam());
  rig.stage(kSplit, {{"n", "10"}})
      .stage(kMapType<Reverses>, {}, {.concurrency = 5})  // async
      .stage(kPass, {}, {.concurrency = 3})               // sync
      .stage(kSplit, {{"n", "2"}}, {.concurrency = 3})
      .start();
  rig.submit("0").run();
  Texts expected;
  for (const std::string& each : numbered("0/", 10)) {
    expected.push_back(each + "/0");
    expected.push_back(each + "/1");
  }
  EXPECT_EQ(rig.outputs("0"), expected);
}

TEST_P(ConformanceTest, OrderNoneGivesThemAsTheyEnd) {
  Rig rig(GetParam());
  rig.stage(kSource, {{"n", "4"}})
      .stage(kMapType<Reverses>, {}, {.concurrency = 4, .queue_items = 4, .order = Order::none})
      .run();
  EXPECT_THAT(rig.all_left, ElementsAre("3", "2", "1", "0"));
}

TEST_P(ConformanceTest, DroppedOutputLeavesTheOthersInBothOrders) {
  for (const Order order : kOrders) {
    Rig rig(GetParam());
    rig.stage(kSplit, {{"n", "8"}})
        .stage(kMapType<Drops>, {}, {.concurrency = 3, .order = order})
        .start();
    rig.submit("a").run();
    std::sort(rig.left["a"].begin(), rig.left["a"].end());
    EXPECT_THAT(rig.outputs("a"), ElementsAre("a/0", "a/2", "a/4", "a/6"));
    EXPECT_EQ(rig.dropped["a"], 4U);
  }
}

TEST_P(ConformanceTest, AllOutputsMayBeDroppedInBothOrders) {
  for (const Order order : kOrders) {
    Rig rig(GetParam());
    rig.stage(kSource, {{"n", "8"}})
        .stage(kMapType<Drops>, {{"n", "1"}}, {.concurrency = 3, .order = order})
        .run();
    EXPECT_TRUE(rig.has_finished);
    EXPECT_THAT(rig.all_left, IsEmpty());
    EXPECT_THAT(rig.settled, SizeIs(8));
  }
}

TEST_P(ConformanceTest, FailingItemFailsItsJobAndTheOthersGoOnWhereSpdlDropsIt) {
  for (const Order order : kOrders) {
    Rig rig(GetParam());
    rig.stage(kSource, {{"n", "10"}})
        .stage(kMapType<FailsOdd>, {}, {.concurrency = 3, .order = order})
        .run();
    EXPECT_THAT(rig.all_left, UnorderedElementsAre("0", "2", "4", "6", "8"));
    for (const auto& [input, state] : rig.settled) {
      EXPECT_EQ(state, std::stoi(input) % 2 ? JobState::failed : JobState::done) << input;
    }
  }
}

TEST_P(ConformanceTest, FailingItemIsDroppedWhereOnErrorSaysSo) {
  Rig rig(GetParam());
  rig.stage(kSplit, {{"n", "6"}})
      .stage(kMapType<FailsOdd>, {}, {.on_error = graph::OnError::drop})
      .start();
  rig.submit("a").run();
  EXPECT_EQ(rig.settled["a"], JobState::done);
  EXPECT_THAT(rig.outputs("a"), ElementsAre("a/0", "a/2", "a/4"));
}

TEST_P(ConformanceTest, SourceThatFailsAfterTenItemsDeliversAllTenThenTheFailure) {
  seen.feed = numbered("", 10);
  seen.feed.push_back("throw");
  Rig rig(GetParam());
  rig.stage(kFeed).stage(kNap, {}, {.concurrency = 3, .order = Order::global}).run();
  EXPECT_EQ(rig.all_left, numbered("", 10));
  ASSERT_TRUE(rig.source_failure);
  EXPECT_TRUE(rig.has_finished);
}

TEST_P(ConformanceTest, FailureInAMiddleStageEndsWhatIsDownstreamCleanly) {
  Rig rig(GetParam());
  rig.stage(kSplit, {{"n", "6"}})
      .stage(kMapType<FailsOdd>, {}, {.concurrency = 2})
      .stage(kNapSplit, {}, {.concurrency = 2})
      .stage(kJoin)
      .start();
  rig.submit("a").run();
  EXPECT_TRUE(rig.has_finished);
  EXPECT_EQ(rig.settled["a"], JobState::failed);
  EXPECT_EQ(seen.n_finished, 0) << "no output that looks whole";
}

TEST_P(ConformanceTest, MaxFailuresThreeBearsThreeAndTheFourthCloses) {
  for (const Order order : kOrders) {
    Rig rig(GetParam());
    rig.plan.limit.max_failures = 3;
    rig.stage(kMapType<FailsOdd>, {}, {.order = order}).start();
    for (const std::string& input : numbered("", 10)) rig.submit(input).run_until_idle();
    EXPECT_THAT(rig.all_left, ElementsAre("0", "2", "4", "6"));
    EXPECT_TRUE(rig.has_finished);
    EXPECT_THAT(rig.settled, SizeIs(8));
  }
}

TEST_P(ConformanceTest, LimitOfAStageOverridesThatOfThePipelineStricterOrLooser) {
  for (const std::size_t of_stage : {1, 3}) {
    Rig rig(GetParam());
    rig.plan.limit.max_failures = 2;
    rig.stage(kMapType<FailsOdd>, {}, {.limit = {.max_failures = of_stage}}).start();
    for (const std::string& input : numbered("", 10)) rig.submit(input).run_until_idle();
    EXPECT_TRUE(rig.has_finished);
    EXPECT_THAT(rig.all_left, SizeIs(of_stage + 1));
  }
}

TEST_P(ConformanceTest, FailureCountersOfTwoPipelinesAreIndependent) {
  PlanOfStages other;
  Rig rig(GetParam());
  loop_home.check();
  rig.plan.limit.max_failures = other.plan.limit.max_failures = 0;
  rig.stage(kMapType<FailsOdd>).start();
  other.add(kMapType<FailsOdd>, {}, {});
  Pipeline& beside = rig.start_beside(other);
  rig.submit("1").run_until_idle();
  EXPECT_TRUE(rig.has_finished);
  beside.submit({"2", ""});
  rig.run_until_idle();
  EXPECT_EQ(rig.settled["2"], JobState::done);
  beside.drain();
  rig.run_until_idle();
}

// That rates outside (0, 1] are refused is the configuration's: config/engine_keys_test.cpp.
TEST_P(ConformanceTest, FailureRateCountsOnlyAfterAHundredInvocations) {
  Rig rig(GetParam());
  rig.plan.limit.max_rate = 0.2;
  rig.stage(kFails).start();
  for (const std::string& input : numbered("bad", 99)) rig.submit(input).run_until_idle();
  EXPECT_FALSE(rig.has_finished);
  rig.submit("bad99").run_until_idle();
  EXPECT_TRUE(rig.has_finished);
}

TEST_P(ConformanceTest, OutputsOfGeneratorsAreDeliveredOneByOneNotAtTheEnd) {
  Rig rig(GetParam());
  rig.stage(kNapSplit, {{"n", "3"}}).stage(kPass).start();
  rig.submit("a").run_until_idle();
  for (std::size_t n = 1; n <= 3; ++n) {
    while (rig.counts(0).n_out < n) ASSERT_TRUE(rig.loop.run_once());
    rig.run_until_idle();
    EXPECT_THAT(rig.all_left, SizeIs(n)) << "delivered before the next is made";
  }
  rig.run();
}

TEST_P(ConformanceTest, SyncGeneratorsInOrderedModeGiveEverything) {
  Rig rig(GetParam());
  rig.stage(kSource, {{"n", "6"}})
      .stage(kSplit, {{"n", "5"}}, {.concurrency = 3, .order = Order::global})
      .run();
  EXPECT_THAT(rig.all_left, SizeIs(30));
  EXPECT_TRUE(std::is_sorted(rig.all_left.begin(), rig.all_left.end()));
}

TEST_P(ConformanceTest, FullBackPressureThenDrainDeliversWhatWasBufferedThenTheEnd) {
  Rig rig(GetParam());
  rig.stage(kSource, {{"n", "1000"}})
      .stage(kPass, {}, {.concurrency = 2, .queue_items = 3})
      .stage(kNap, {{"n", "1000"}}, {.queue_items = 3})
      .start();
  const std::uint64_t n_taken = rig.counts(0).n_out;
  rig.drain().run();
  EXPECT_TRUE(rig.has_finished);
  EXPECT_EQ(rig.all_left.size(), n_taken);
  EXPECT_GE(n_taken, 7U);
  for (const auto& [input, state] : rig.settled) EXPECT_EQ(state, JobState::done) << input;
}

TEST_P(ConformanceTest, FullBackPressureThenStopCancelsWhatIsInFlightWhereSpdlDeliversIt) {
  Rig rig(GetParam());
  rig.stage(kSource, {{"n", "1000"}}).stage(kNap, {}, {.queue_items = 3}).start();
  rig.stop().run();
  EXPECT_TRUE(rig.has_finished);
  EXPECT_THAT(rig.all_left, IsEmpty());
  for (const auto& [input, state] : rig.settled) EXPECT_EQ(state, JobState::cancelled) << input;
}

TEST_P(ConformanceTest, StartTwiceIsAnErrorAndStopIsIdempotent) {
  Rig rig(GetParam());
  loop_home.check();
  rig.stage(kSource, {{"n", "1000"}}).stage(kNap).start();
  EXPECT_THROW(rig.pipeline->prepare(), std::logic_error);
  rig.stop().stop().run();
  EXPECT_TRUE(rig.has_finished);
  rig.stop().run_until_idle();
}

TEST_P(ConformanceTest, AggregationDrainsWithoutBlockingAndFlushesTheRemainder) {
  Rig rig(GetParam());
  rig.stage(kClock, {{"n", "10"}}).stage(kBatch, {{"n", "4"}}).stage(kPass).start();
  for (int i = 0; i < 6; ++i) rig.pass(10ms);
  rig.drain().run();
  EXPECT_TRUE(rig.has_finished);
  EXPECT_THAT(rig.all_left, ElementsAre("0+1+2+3", "4+5"));
}

TEST_P(ConformanceTest, AggregationDropsTheRemainderAsTold) {
  Rig rig(GetParam());
  rig.stage(kSplit, {{"n", "5"}}).stage(kPairs).start();
  rig.submit("a").run();
  EXPECT_THAT(rig.all_left, ElementsAre("a/0+a/1", "a/2+a/3"));
  EXPECT_EQ(rig.dropped["a"], 1U) << "counted, not lost in silence";
}

TEST_P(ConformanceTest, MergeThatFailsEarlyDoesNotHangItsUpstream) {
  Rig rig(GetParam());
  rig.stage(kSplit, {{"n", "40"}}, {.queue_items = 1});
  rig.stage(kPass, {}, {.queue_items = 1, .inputs = {0}});
  rig.stage(kNap, {}, {.queue_items = 1, .inputs = {0}});
  rig.stage(kMapType<FailsOdd>, {}, {.queue_items = 1, .inputs = {1, 2}});
  rig.start().submit("a").run();
  EXPECT_TRUE(rig.has_finished);
  EXPECT_EQ(rig.settled["a"], JobState::failed);
}

TEST_P(ConformanceTest, RouterThatNamesAMissingPathOrThrowsFailsCleanly) {
  Rig rig(GetParam());
  rig.stage(kMapType<Routes>)
      .stage(kPass, {}, {.inputs = {0}, .path = 0})
      .stage(kPass, {}, {.inputs = {0}, .path = 1})
      .stage(kPass, {}, {.inputs = {1, 2}})
      .start();
  rig.submit("2").submit("throw").submit("0").submit("1").run();
  EXPECT_TRUE(rig.has_finished);
  EXPECT_EQ(rig.messages["2"], "sent an output down path 2 of 2");
  EXPECT_EQ(rig.messages["throw"], "no rule");
  EXPECT_THAT(rig.all_left, UnorderedElementsAre("0", "1"));
}

TEST_P(ConformanceTest, NoItemCrossesAnEpochAndPartialBatchesAreFlushedThere) {
  Rig rig(GetParam());
  rig.stage(kSource, {{"n", "7"}}, {.epoch = {.n_items = 4}})
      .stage(kNap, {}, {.concurrency = 4})
      .stage(kJoin, {}, {.concurrency = 2})
      .run();
  EXPECT_THAT(rig.outputs("0"), ElementsAre("0+1+2+3"));
  EXPECT_THAT(rig.outputs("4"), ElementsAre("4+5+6"));
}

TEST_P(ConformanceTest, DownstreamWorkComesFirstAndFirstInFirstOutWithinAStage) {
  Rig rig;
  rig.has_segments = false;
  rig.stage(kProbe, {}, {.concurrency = 3}).stage(kProbe, {}, {.concurrency = 3}).start();
  rig.submit("a").submit("b").submit("c").run();
  EXPECT_THAT(seen.calls,
              ElementsAre("stage0:a", "stage1:a", "stage0:b", "stage1:b", "stage0:c", "stage1:c"));
}

}  // namespace
}  // namespace capstan::engine
