// What an async stage awaits: each comes to its end, and each can be cancelled half way.
#include <gtest/gtest.h>
#include <unistd.h>

#include <functional>

#include <capstan/sdk/harness.hpp>
#include <capstan/sdk/plugin.hpp>

namespace {

using namespace capstan;
using namespace std::chrono_literals;

/// Counts its lives, so that a coroutine's locals are seen to die once.
struct Counted {
  Counted() { ++n_alive; }
  Counted(const Counted&) { ++n_alive; }
  ~Counted() { --n_alive; }
  static inline int n_alive = 0;
};

using Body = std::function<Task<>(StageContext&)>;
Body body;  // what the stage of the running test does

class Awaits final : public AsyncMapStage {
 public:
  Awaits(StageContext& context, const Options&) : context_(context) {}
  Task<Item> process(Item in) override {
    const Counted counted;
    co_await body(context_);
    co_return in;
  }

 private:
  StageContext& context_;
};

constexpr StageType kTypes[] = {stage_type<Awaits>({"awaits", "for tests", "*", "*"})};
constexpr PluginDescriptor kPlugin = detail::describe("test", "1", kTypes);

class Await : public testing::Test {
 protected:
  void TearDown() override {
    EXPECT_EQ(Counted::n_alive, 0);
    EXPECT_EQ(stage.loop().n_watches(), 0U);
    body = nullptr;
  }
  static Item item() { return Item(make_ref<Reference>("x")); }
  void begin(Body what) {
    body = std::move(what);
    stage.begin(item());
  }
  StageHarness stage{kPlugin, "awaits"};
};

Task<> sleep_one_second(StageContext& context) {
  const Counted counted;
  co_await sleep_for(context, 1s);
}

TEST_F(Await, SleepEndsAfterItsTime) {
  begin(sleep_one_second);
  stage.loop().advance(999ms);
  EXPECT_FALSE(stage.is_done());
  stage.loop().advance(1ms);
  EXPECT_TRUE(stage.is_done());
}

TEST_F(Await, CancelledSleepEndsAtOnce) {
  begin(sleep_one_second);
  stage.cancel();
  EXPECT_TRUE(stage.is_done());
  EXPECT_TRUE(stage.take_outputs().empty());
}

int watched_fd = -1;
Task<> read_when_ready(StageContext& context) {
  co_await readable(context, watched_fd);
  char byte = 0;
  if (::read(watched_fd, &byte, 1) != 1) throw std::runtime_error("was not ready");
}

TEST_F(Await, DescriptorIsAwaitedUntilItCanBeRead) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  watched_fd = ends[0];
  begin(read_when_ready);
  stage.loop().run_until_idle();
  EXPECT_FALSE(stage.is_done());
  ASSERT_EQ(::write(ends[1], "x", 1), 1);
  stage.loop().run_until_idle();
  EXPECT_TRUE(stage.is_done());
  EXPECT_EQ(stage.take_outputs().size(), 1U);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_F(Await, CancelledDescriptorIsWatchedNoMore) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  watched_fd = ends[0];
  begin(read_when_ready);
  stage.cancel();
  EXPECT_TRUE(stage.is_done());
  ::close(ends[0]);
  ::close(ends[1]);
}

Task<> offload_sum(StageContext& context) {
  const Counted counted;
  int three = 3;
  auto sum = [&] { return three + 4; };
  const int seven = co_await offload(context, sum);
  if (seven != 7) throw std::runtime_error("wrong sum");
}

TEST_F(Await, OffloadGivesWhatTheFunctionReturned) {
  body = offload_sum;
  EXPECT_EQ(stage.feed(item()).size(), 1U);
}

TEST_F(Await, OffloadThrowsWhatTheFunctionThrew) {
  body = [](StageContext& context) -> Task<> {
    auto fails = [] { throw std::runtime_error("no such luck"); };
    co_await offload(context, fails);
  };
  EXPECT_THROW(
      {
        try {
          stage.feed(item());
        } catch (const StageFailed& failure) {
          EXPECT_STREQ(failure.what(), "no such luck");
          throw;
        }
      },
      StageFailed);
}

TEST_F(Await, CancelledOffloadIsWaitedFor) {
  begin(offload_sum);
  stage.cancel();
  EXPECT_FALSE(stage.is_done()) << "the function may still use the coroutine's locals";
  stage.loop().run_until_idle();
  EXPECT_TRUE(stage.is_done());
  EXPECT_TRUE(stage.take_outputs().empty());
}

Task<> sleep_within(StageContext& context, std::chrono::nanoseconds limit) {
  co_await with_timeout(context, sleep_one_second(context), limit);
}

TEST_F(Await, TaskThatEndsInTimeLeavesNoTimer) {
  begin([](StageContext& context) { return sleep_within(context, 2s); });
  stage.loop().advance(1s);
  EXPECT_TRUE(stage.is_done());
  EXPECT_EQ(stage.take_outputs().size(), 1U);
}

TEST_F(Await, TaskThatTakesTooLongIsCancelledAndTold) {
  body = [](StageContext& context) { return sleep_within(context, 500ms); };
  try {
    stage.feed(item());
    FAIL() << "was not timed out";
  } catch (const StageFailed& failure) {
    EXPECT_STREQ(failure.what(), "timed out after 0.500000 s");
  }
}

TEST_F(Await, CancelReachesATaskUnderATimeout) {
  begin([](StageContext& context) { return sleep_within(context, 500ms); });
  stage.cancel();
  EXPECT_TRUE(stage.is_done());
}

Task<int> ready(int value) { co_return value; }
Task<> await_a_million(StageContext&) {
  long sum = 0;
  for (int i = 0; i < 1'000'000; ++i) sum += co_await ready(1);
  if (sum != 1'000'000) throw std::runtime_error("wrong sum");
}

TEST_F(Await, AMillionTasksThatAreReadyDoNotUseUpTheStack) {
  body = await_a_million;
  EXPECT_EQ(stage.feed(item()).size(), 1U);
}

}  // namespace
