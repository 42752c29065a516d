// Stages of pipeline scope: what they keep is of many jobs.
#include <gtest/gtest.h>

#include <utility>

#include "engine/engine_rig.hpp"
#include "engine/test_stages.hpp"

namespace capstan::engine {
namespace {

/// Keeps one item; the next makes it leave, and then fails when it is bad.
class GivesThenThrows final : public GeneratorStage {
 public:
  GivesThenThrows(StageContext&, const Options&) {}
  Generator<Item> process(Item in) override {
    const bool is_bad = text_of(in).rfind("bad", 0) == 0;
    Item before = std::exchange(kept_, is_bad ? Item() : in);
    in = Item();
    if (before) co_yield before;
    if (is_bad) throw std::runtime_error("bad text");
  }
  Generator<Item> finish_items() override {
    Item out = std::exchange(kept_, Item());
    if (out) co_yield out;
  }

 private:
  Item kept_;
  Lives lives_;
};
inline constexpr StageType kGivesThenThrows =
    stage_type<GivesThenThrows>({"gives", "for tests", "*", "*", Scope::pipeline, kNumber});

TEST(PipelineScope, ACancelledJobTakesNoItemOfOthersAlongThatItMadeLeaveABatch) {
  Rig rig;
  loop_home.check();
  rig.stage(kBatch, {{"n", "2"}}).start();
  rig.submit("a").run_until_idle().submit("b");
  rig.loop.run_until_idle();
  ASSERT_TRUE(rig.executor.run_one());  // b made the batch leave; the loop has not seen it yet
  EXPECT_TRUE(rig.pipeline->cancel(2));
  rig.run();
  EXPECT_EQ(rig.settled["b"], JobState::cancelled);
  EXPECT_EQ(rig.settled["a"], JobState::done);
  EXPECT_EQ(rig.all_left, (std::vector<std::string>{"a+b"}));
}

TEST(PipelineScope, AFailedItemTakesNoItemOfOthersAlongThatItMadeLeave) {
  Rig rig;
  rig.stage(kGivesThenThrows).start();
  for (const char* input : {"a", "bad1", "b", "bad2"}) rig.submit(input).run_until_idle();
  rig.run();
  EXPECT_EQ(rig.all_left, (std::vector<std::string>{"a", "b"}));
  for (const char* input : {"a", "b"}) EXPECT_EQ(rig.settled[input], JobState::done);
  for (const char* input : {"bad1", "bad2"}) EXPECT_EQ(rig.settled[input], JobState::failed);
}

}  // namespace
}  // namespace capstan::engine
