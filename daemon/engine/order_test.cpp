// Turns: who may hand on, how far the others run ahead, and who is let in.
#include "engine/seeded_test.hpp"

namespace capstan::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::chrono_literals;
using graph::Order;

class OrderTest : public SeededTest {};
INSTANTIATE_TEST_SUITE_P(Seeds, OrderTest, ::testing::Range(0U, 10U));

/// Ten outputs, noted as they are made; before those of the first item ("x/0") a long nap.
class FirstNaps final : public AsyncGeneratorStage {
 public:
  FirstNaps(StageContext& context, const Options&) : context_(context) {}
  AsyncGenerator<Item> process(Item in) override {
    const Inside inside;
    if (text_of(in).ends_with("/0")) co_await sleep_for(context_, 1000ms);
    for (int i = 0; i < 10; ++i) {
      Item out = text(in, text_of(in) + "/" + std::to_string(i));
      seen.calls.push_back(text_of(out));
      co_yield out;
    }
  }

 private:
  StageContext& context_;
  Lives lives_;
};

TEST_P(OrderTest, OnlyTheHeadHandsOnAndTheOthersRunAheadByAtMostAQueueEach) {
  Rig rig(GetParam());
  rig.stage(kSplit, {{"n", "3"}})
      .stage(kMapType<FirstNaps>, {}, {.concurrency = 3, .queue_items = 4})
      .start();
  rig.submit("a").run_until_idle().pass(999ms);
  EXPECT_EQ(seen.calls.size(), 2U * 4U);
  EXPECT_THAT(rig.all_left, IsEmpty());
  EXPECT_EQ(rig.counts(1).n_inside, 3U) << "in slots of their own";
  rig.pass(1ms);
  Texts expected;
  for (const std::string& each : numbered("a/", 3)) {
    for (const std::string& output : numbered(each + "/", 10)) expected.push_back(output);
  }
  EXPECT_EQ(rig.outputs("a"), expected);
  rig.run();
}

TEST_P(OrderTest, WithoutOrderNobodyWaitsForATurn) {
  Rig rig(GetParam());
  rig.stage(kSplit, {{"n", "3"}})
      .stage(kMapType<FirstNaps>, {}, {.concurrency = 3, .queue_items = 4, .order = Order::none})
      .start();
  rig.submit("a").run_until_idle().pass(999ms);
  EXPECT_EQ(rig.all_left.size(), 20U);
  rig.run();
}

TEST_P(OrderTest, JobsOvertakeEachOtherInJobOrderAndDoNotInGlobalOrder) {
  for (const Order order : {Order::job, Order::global}) {
    Rig rig(GetParam());
    rig.stage(kMapType<FirstNaps>, {}, {.concurrency = 2, .queue_items = 4, .order = order})
        .start();
    rig.submit("a/0").submit("b/1").run_until_idle().pass(999ms);
    EXPECT_EQ(rig.all_left.size(), order == Order::job ? 10U : 0U);
    rig.run();
    EXPECT_EQ(rig.outputs("b/1"), numbered("b/1/", 10));
  }
}

TEST_P(OrderTest, HeadThatFailsOrIsDroppedLetsTheNextOneThrough) {
  Rig rig(GetParam());
  rig.stage(kFails, {},
            {.concurrency = 3, .order = Order::global, .on_error = graph::OnError::drop})
      .start();
  rig.submit("bad").submit("a").submit("bad2").submit("b").run();
  EXPECT_THAT(rig.all_left, ElementsAre("a", "b"));
}

TEST_P(OrderTest, JobIsAdmittedWithASlotInEachStageOfJobScopeSoThatAThirdOneBlocksNoTwo) {
  Rig rig(GetParam());
  rig.stage(kNapSplit, {{"n", "9"}}, {.concurrency = 3, .queue_items = 1})
      .stage(kJoin, {}, {.concurrency = 2, .queue_items = 1})
      .start();
  rig.submit("a").submit("b").submit("c").run_until_idle();
  EXPECT_EQ(rig.n_jobs_in_flight(), 2U);
  EXPECT_EQ(rig.run().all_left.size(), 3U);
  EXPECT_TRUE(rig.has_finished);
}

}  // namespace
}  // namespace capstan::engine
