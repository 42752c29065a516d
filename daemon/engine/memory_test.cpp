// The memory budget.
#include "engine/seeded_test.hpp"

namespace capstan::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;
using namespace std::chrono_literals;

/// A payload that says how large it is, and notes where it dies.
class Sized final : public Payload {
 public:
  static constexpr const char* kType = "sized";
  explicit Sized(std::size_t size) : size_(size) {}
  ~Sized() override { seen.calls.push_back(of_worker() ? "worker" : "loop"); }
  const char* type() const noexcept override { return kType; }
  std::size_t size_bytes() const noexcept override { return size_; }

 private:
  static bool of_worker() { return current_thread_role == ThreadRole::worker; }
  std::size_t size_;
};

/// Gives n bytes for each item.
class Gives final : public MapStage {
 public:
  Gives(StageContext&, const Options& options) : n_(options.integer("n")) {}
  Item process(Item in) override { return in.with(make_ref<Sized>(n_)); }

 private:
  std::size_t n_;
  Lives lives_;
};

/// Job scope: charges n bytes with its first item, half of them until its end.
class Charges final : public GeneratorStage {
 public:
  Charges(StageContext& context, const Options& options)
      : context_(context), n_(options.integer("n")) {}
  Generator<Item> process(Item in) override {
    context_.charge(n_);
    Item out = in;
    co_yield out;
  }
  Generator<Item> finish_items() override {
    context_.charge(-n_ / 2);
    co_return;
  }

 private:
  StageContext& context_;
  std::int64_t n_;
  Lives lives_;
};
constexpr StageType kCharges =
    stage_type<Charges>({"charges", "for tests", "*", "*", Scope::job, kNumber});

class MemoryTest : public SeededTest {};
INSTANTIATE_TEST_SUITE_P(Seeds, MemoryTest, ::testing::Range(0U, 10U));

TEST(Budget, GrowthStopsAnEighthBeforeItsEndAndWhatShrinksMayUseItAll) {
  const RoleScope role(ThreadRole::loop);
  loop_home.check();
  Budget budget(800);
  budget.account.bytes = 600;
  EXPECT_TRUE(budget.has_room_for(/*expected=*/100, /*input=*/10));
  budget.account.bytes = 601;
  EXPECT_FALSE(budget.has_room_for(100, 10));
  EXPECT_TRUE(budget.has_room_for(100, 100));
  budget.account.bytes = 701;
  EXPECT_FALSE(budget.has_room_for(100, 200));
  EXPECT_TRUE(budget.has_room_for(99, 200));
  EXPECT_FALSE(budget.has_room_for(0, 200)) << "of unknown size: may grow";
}

TEST(Budget, WhatCallsWillProbablyGiveIsPromisedToThem) {
  const RoleScope role(ThreadRole::loop);
  loop_home.check();
  Budget budget(800);
  budget.promise(700);
  EXPECT_EQ(budget.free_bytes(), 100);
  EXPECT_FALSE(budget.has_room_for(101, 200));
  EXPECT_FALSE(budget.is_used_up()) << "promised, not used";
  budget.take_back(700);
  EXPECT_EQ(budget.free_bytes(), 800);
}

TEST_P(MemoryTest, ItemThatAloneExceedsTheBudgetFailsByName) {
  Rig rig(GetParam(), /*memory=*/1000);
  rig.stage(kMapType<Gives>, {{"n", "1001"}}).stage(kPass).start();
  rig.submit("a").run();
  EXPECT_EQ(rig.settled["a"], JobState::failed);
  EXPECT_EQ(rig.blamed["a"], "stage0");
  EXPECT_EQ(rig.messages["a"],
            "gave an item of 1001 bytes, more than the memory budget of 1000 (daemon.memory)");
  EXPECT_EQ(rig.n_bytes(), 0);
}

TEST_P(MemoryTest, ItemAsLargeAsTheBudgetPasses) {
  Rig rig(GetParam(), /*memory=*/1000);
  rig.stage(kMapType<Gives>, {{"n", "1000"}}).stage(kNap).stage(kNap).start();
  for (const std::string& input : numbered("", 5)) rig.submit(input);
  rig.run();
  EXPECT_THAT(rig.all_left, SizeIs(5));
}

TEST_P(MemoryTest, StagesThatGrowStopAnEighthBeforeTheEndAndThoseThatShrinkGoOn) {
  Rig rig(GetParam(), /*memory=*/800);
  rig.has_segments = false;
  rig.stage(kMapType<Gives>, {{"n", "100"}}, {.queue_items = 50})
      .stage(kNap, {}, {.queue_items = 50})
      .stage(kMapType<Gives>, {{"n", "10"}}, {.queue_items = 50})
      .stage(kNap)
      .start();
  for (const std::string& input : numbered("", 40)) rig.submit(input);
  std::int64_t most = 0;
  bool is_moving = true;
  while (is_moving) {
    rig.loop.run_until_idle();
    is_moving = rig.executor.run_one() || rig.loop.run_once();
    most = std::max(most, rig.n_bytes());
  }
  EXPECT_LE(most, 800);
  EXPECT_GE(most, 600);
  EXPECT_EQ(rig.n_overdrafts(), 0U);
  EXPECT_THAT(rig.run().all_left, SizeIs(40));
}

TEST_P(MemoryTest, OverdraftIsForWhenNothingElseCanMoveOneAtATimeAndCounted) {
  Rig rig(GetParam(), /*memory=*/300);
  rig.has_segments = false;
  rig.stage(kSource, {{"n", "20"}})
      .stage(kMapType<Gives>, {{"n", "200"}}, {.concurrency = 3})
      .stage(kMapType<Gives>, {{"n", "250"}}, {.concurrency = 3})
      .stage(kPass)
      .start();
  bool is_moving = true;
  while (is_moving) {
    const bool was_full = rig.n_bytes() >= 300 && rig.executor.n_queued() == 0;
    rig.loop.run_until_idle();
    EXPECT_LE(rig.executor.n_queued(), was_full ? 1U : 99U);
    is_moving = rig.executor.run_one();
  }
  EXPECT_GT(rig.n_overdrafts(), 0U);
  rig.run();
  EXPECT_TRUE(rig.has_finished);
  EXPECT_THAT(rig.all_left, SizeIs(20));
}

TEST_P(MemoryTest, WithRoomForAllNothingIsOverdrawn) {
  Rig rig(GetParam());
  rig.stage(kSource, {{"n", "20"}}).stage(kMapType<Gives>, {{"n", "200"}}).run();
  EXPECT_EQ(rig.n_overdrafts(), 0U);
}

TEST_P(MemoryTest, WorkingMemoryCountsAndIsGivenBackWithTheInstance) {
  Rig rig(GetParam(), /*memory=*/1000);
  rig.stage(kCharges, {{"n", "600"}}).stage(kNap, {{"n", "1000"}}).start();
  rig.submit("a");
  rig.loop.run_until_idle();
  rig.executor.run_one();
  EXPECT_GE(rig.n_bytes(), 600);
  EXPECT_LE(rig.n_bytes(), 610);
  rig.run_until_idle();
  EXPECT_LE(rig.n_bytes(), 10) << "the job has left the stage: the rest went with its instance";
  rig.run();
  EXPECT_EQ(rig.n_bytes(), 0);
}

TEST_P(MemoryTest, WorkingMemoryOverTheBudgetLeavesOneItemAtATime) {
  Rig rig(GetParam(), /*memory=*/1000);
  rig.stage(kSource, {{"n", "6"}}, {.epoch = {.n_items = 6}})
      .stage(kCharges, {{"n", "900"}})
      .stage(kMapType<Gives>, {{"n", "200"}}, {.concurrency = 3})
      .stage(kPass)
      .run();
  EXPECT_TRUE(rig.has_finished);
  EXPECT_GT(rig.n_overdrafts(), 0U);
  EXPECT_THAT(rig.all_left, SizeIs(6));
  EXPECT_EQ(rig.n_bytes(), 0);
}

TEST_P(MemoryTest, LargePayloadsAreReleasedOnAWorkerAndSmallOnesAtOnce) {
  for (const bool is_large : {true, false}) {
    Rig rig(GetParam());
    // Behind the async stage the item leaves on the loop.
    rig.stage(kMapType<Gives>, {{"n", is_large ? "65536" : "65535"}}).stage(kNap).start();
    rig.submit("a").run();
    EXPECT_THAT(seen.calls, ElementsAre(is_large ? "worker" : "loop"));
    seen.calls.clear();
    Rig cancelled(GetParam());
    cancelled.stage(kMapType<Gives>, {{"n", is_large ? "65536" : "65535"}})
        .stage(kNap)
        .stage(kNap, {{"n", "1000"}}, {.retry = {.n_retries = 1, .backoff = 1ms}})
        .start();
    cancelled.submit("a").run_until_idle().pass(50ms);
    EXPECT_TRUE(cancelled.cancel(1));
    cancelled.run();
    EXPECT_THAT(seen.calls, ElementsAre(is_large ? "worker" : "loop"));
    seen.calls.clear();
  }
}

}  // namespace
}  // namespace capstan::engine
