// Other tries, and all the ways in which a call can fail.
#include "engine/seeded_test.hpp"

namespace capstan::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using namespace std::chrono_literals;

constexpr const char* kNoStdException = "threw something that is not a std::exception";

class RetryTest : public SeededTest {};
INSTANTIATE_TEST_SUITE_P(Seeds, RetryTest, ::testing::Range(0U, 12U));

/// Gives "x/0" to "x/4"; its first seen.fail_first tries fail after "x/2".
class Breaks final : public GeneratorStage {
 public:
  Breaks(StageContext&, const Options&) {}
  Generator<Item> process(Item in) override {
    const bool is_failing = ++seen.n_tries[text_of(in)] <= seen.fail_first;
    for (int i = 0; i < 5; ++i) {
      if (is_failing && i == 3) throw std::runtime_error("broke");
      Item out = text(in, text_of(in) + "/" + std::to_string(i));
      co_yield out;
    }
  }

 private:
  Lives lives_;
};
constexpr StageType kBreaks = kMapType<Breaks>;
constexpr StageType kReplayable = stage_type<Breaks>({.name = "breaks",
                                                      .summary = "for tests",
                                                      .accepts = "*",
                                                      .produces = "*",
                                                      .options = kNumber,
                                                      .is_replayable = true});

TEST_P(RetryTest, PauseIsBetweenHalfAndWholeAndNotTheSameForAll) {
  seen.fail_first = 1;
  Rig rig(GetParam());
  rig.stage(kFails, {},
            {.concurrency = 4, .queue_items = 64, .retry = {.n_retries = 1, .backoff = 100ms}})
      .start();
  for (const std::string& input : numbered("", 40)) rig.submit(input);
  rig.run_until_idle();
  std::vector<std::size_t> n_back(101);  // by the millisecond after which they were done
  for (auto& n : n_back) {
    n = rig.all_left.size();
    rig.pass(1ms);
  }
  EXPECT_EQ(n_back[50], 0U) << "never before the half";
  EXPECT_GT(n_back[75], 0U);
  EXPECT_LT(n_back[75], 40U);
  EXPECT_EQ(n_back[100], 40U) << "always at the whole";
  rig.run();
}

TEST_P(RetryTest, StageThatGaveOutputsIsNotTriedAgain) {
  seen.fail_first = 1;
  Rig rig(GetParam());
  rig.stage(kBreaks, {}, {.retry = {.n_retries = 3, .backoff = 1ms}}).stage(kPass).start();
  rig.submit("a").run();
  EXPECT_EQ(rig.settled["a"], JobState::failed);
  EXPECT_EQ(seen.n_tries["a"], 1);
}

TEST_P(RetryTest, ReplayableStageIsTriedAgainAndWhatItGaveBeforeIsSkipped) {
  for (const int n_failures : {1, 2}) {
    reset();
    seen.fail_first = n_failures;
    Rig rig(GetParam());
    rig.executor.step_takes = n_failures == 1 ? 1ms : 0ms;  // with segments, and without
    rig.stage(kReplayable, {}, {.retry = {.n_retries = 2, .backoff = 1ms}})
        .stage(kPass)
        .stage(kNap, {}, {.queue_items = 1})
        .start();
    rig.submit("a").submit("b").run();
    EXPECT_EQ(rig.settled["a"], JobState::done);
    EXPECT_EQ(rig.outputs("a"), numbered("a/", 5)) << "each once, in order";
    EXPECT_THAT(rig.indexes["a"], ElementsAre(0, 1, 2, 3, 4));
    EXPECT_EQ(rig.outputs("b"), numbered("b/", 5));
    EXPECT_EQ(rig.counts(0).n_out, 10U);
  }
}

TEST_P(RetryTest, ReplayableStageKeepsTheOrderOfItsItems) {
  seen.fail_first = 1;
  Rig rig(GetParam());
  rig.stage(kSplit, {{"n", "4"}})
      .stage(kReplayable, {}, {.concurrency = 2, .retry = {.n_retries = 1, .backoff = 5ms}})
      .start();
  rig.submit("a").run();
  Texts expected;
  for (const std::string& each : numbered("a/", 4)) {
    for (const std::string& output : numbered(each + "/", 5)) expected.push_back(output);
  }
  EXPECT_EQ(rig.outputs("a"), expected);
}

TEST_P(RetryTest, PauseHoldsNoSlotButKeepsItsPlaceInTheQueue) {
  seen.fail_first = 1;
  Rig rig(GetParam());
  rig.stage(kPass)
      .stage(kFails, {},
             {.concurrency = 4,
              .queue_items = 2,
              .order = graph::Order::none,
              .retry = {.n_retries = 1, .backoff = 1h}})
      .start();
  for (const std::string& input : numbered("", 40)) rig.submit(input);
  rig.run_until_idle();
  EXPECT_EQ(rig.counts(1).n_queued, 0U);
  EXPECT_GE(seen.n_tries.size(), 2U);
  EXPECT_LE(seen.n_tries.size(), 2U + 4U) << "what fitted before the first pauses began";
  rig.run();
  EXPECT_THAT(rig.all_left, SizeIs(40));
}

TEST_P(RetryTest, JobScopeIsNeverTriedAgain) {
  seen.fail_first = 1;
  StageType fails_of_job = kFails;
  fails_of_job.scope = Scope::job;
  Rig rig(GetParam());
  rig.stage(fails_of_job, {}, {.retry = {.n_retries = 3, .backoff = 1ms}}).start();
  rig.submit("a").run();
  EXPECT_EQ(rig.settled["a"], JobState::failed);
  EXPECT_EQ(seen.n_tries["a"], 1);
}

TEST_P(RetryTest, WithoutRetryTheStageOwnsItsInputAndWithItTheInputIsShared) {
  struct Writes final : MapStage {
    Writes(StageContext&, const Options&) {}
    Item process(Item in) override {
      seen.n_tries[in.get_writable<Reference>() ? "owned" : "shared"]++;
      return in;
    }
  };
  Rig rig(GetParam());
  rig.stage(kMapType<Writes>).start();
  rig.submit("a").run();
  Rig retrying(GetParam());
  retrying.stage(kMapType<Writes>, {}, {.retry = {.n_retries = 1, .backoff = 1ms}}).start();
  retrying.submit("a").run();
  EXPECT_THAT(seen.n_tries, ElementsAre(std::pair("owned", 1), std::pair("shared", 1)));
}

enum class Where { construct, process, finish, step };

/// Throws what is no std::exception; the step that is no step.
template <Where where>
class Odd final : public SyncStage {
 public:
  Odd(StageContext&, const Options&) {
    if (where == Where::construct) throw 42;  // NOLINT
  }
  Step begin(Item, Item&) override {
    if (where == Where::process) throw "text";  // NOLINT
    return where == Where::step ? Step::invalid : Step::done;
  }
  Step next(Item&) override { return Step::done; }
  Step finish(Item&) override {
    if (where == Where::finish) throw 42;  // NOLINT
    return Step::done;
  }
  void discard() noexcept override {}
  static constexpr bool kOneToMany = false;
};
template <Where where>
constexpr StageType kOdd = stage_type<Odd<where>>({"odd", "", "*", "*", Scope::job, kNumber});

/// An async stage that throws out of its coroutine, or from begin() itself.
class OddTask final : public AsyncMapStage {
 public:
  OddTask(StageContext& context, const Options&) : context_(context) {}
  Task<Item> process(Item in) override {
    co_await sleep_for(context_, 1ms);
    if (text_of(in) == "odd") throw 42;  // NOLINT
    co_return in;
  }

 private:
  StageContext& context_;
};
class OddBegin final : public AsyncStage {
 public:
  OddBegin(StageContext&, const Options&) {}
  void begin(Item, Completion&) override { throw 42; }  // NOLINT
  void next(Completion&) override {}
  void finish(Completion& completion) override { completion.complete(Step::done, Item()); }
  void cancel() noexcept override {}
  static constexpr bool kOneToMany = false;
};
class OddStart final : public AsyncStage {
 public:
  OddStart(StageContext&, const Options&) {}
  void start() override { throw 42; }  // NOLINT
  void begin(Item, Completion&) override {}
  void next(Completion&) override {}
  void finish(Completion&) override {}
  void cancel() noexcept override {}
  static constexpr bool kOneToMany = false;
};

TEST_P(RetryTest, WhatIsNoStdExceptionIsAFailureLikeAnyOther) {
  for (const StageType* type :
       {&kOdd<Where::process>, &kOdd<Where::finish>, &kMapType<OddTask>, &kMapType<OddBegin>}) {
    Rig rig(GetParam());
    rig.stage(*type, {}, {.concurrency = 2}).start();
    rig.submit("odd").run();
    EXPECT_EQ(rig.settled["odd"], JobState::failed);
    EXPECT_EQ(rig.messages["odd"], kNoStdException);
    EXPECT_TRUE(rig.has_finished);
  }
}

TEST_P(RetryTest, StageThatThrowsItInItsConstructorOrStartIsNamed) {
  for (const StageType* type : {&kOdd<Where::construct>, &kMapType<OddStart>}) {
    Rig rig(GetParam());
    rig.stage(kPass).stage(*type).run();
    ASSERT_THAT(rig.start_failures, SizeIs(1));
    EXPECT_EQ(rig.start_failures[0].stage, std::string(type->name) + "1");
    EXPECT_EQ(rig.start_failures[0].message, kNoStdException);
    EXPECT_TRUE(rig.has_finished);
  }
}

TEST_P(RetryTest, StepThatIsNoneIsAFailure) {
  Rig rig(GetParam());
  rig.stage(kOdd<Where::step>).start();
  rig.submit("a").run();
  EXPECT_EQ(rig.messages["a"], "the stage returned no valid step");
}

}  // namespace
}  // namespace capstan::engine
