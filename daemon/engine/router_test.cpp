// Stages with paths: each output goes down one.
#include "engine/seeded_test.hpp"

namespace capstan::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

/// Sends "x..." down path 0, "y..." down path 1, "z..." down a path that does not exist.
class Route final : public MapStage {
 public:
  Route(StageContext&, const Options&) {}
  static std::vector<std::string> paths(const Options&) { return {"x", "y"}; }
  Item process(Item in) override {
    const char first = text_of(in).at(0);
    if (first == 'd') return {};
    in.take_path(first == 'x' ? 0 : first == 'y' ? 1 : 7);
    return in;
  }

 private:
  Lives lives_;
};
constexpr StageType kRoute =
    stage_type<Route>({"route", "for tests", "*", "*", Scope::item, kNumber});

class RouterTest : public SeededTest {};
INSTANTIATE_TEST_SUITE_P(Seeds, RouterTest, ::testing::Range(0U, 10U));

TEST_P(RouterTest, ItemGoesDownItsPathAlone) {
  Rig rig(GetParam());
  rig.stage(kRoute, {}, {.concurrency = 2})
      .stage(kProbe, {}, {.inputs = {0}, .path = 0})
      .stage(kProbe, {}, {.inputs = {0}, .path = 1})
      .start();
  rig.submit("x1").submit("y1").submit("x2").run();
  std::sort(seen.calls.begin(), seen.calls.end());
  EXPECT_THAT(seen.calls, ElementsAre("stage1:x1", "stage1:x2", "stage2:y1"));
  EXPECT_EQ(rig.all_left.size(), 3U);
}

TEST_P(RouterTest, StageBehindSeveralPathsTakesThemAll) {
  Rig rig(GetParam());
  rig.stage(kRoute)
      .stage(kNap, {}, {.inputs = {0}, .path = 0})
      .stage(kPass, {}, {.inputs = {0}, .path = 1})
      .stage(kPass, {}, {.inputs = {1, 2}})
      .start();
  rig.submit("x").submit("y").run();
  EXPECT_EQ(rig.all_left.size(), 2U);
  EXPECT_EQ(rig.settled.size(), 2U);
}

TEST_P(RouterTest, PathThatDoesNotExistFailsTheItemWithItsNumber) {
  Rig rig(GetParam());
  rig.stage(kRoute)
      .stage(kPass, {}, {.inputs = {0}, .path = 0})
      .stage(kPass, {}, {.inputs = {0}, .path = 1})
      .start();
  rig.submit("z").submit("x").run();
  EXPECT_EQ(rig.settled["z"], JobState::failed);
  EXPECT_EQ(rig.blamed["z"], "route0");
  EXPECT_EQ(rig.messages["z"], "sent an output down path 7 of 2");
  EXPECT_EQ(rig.all_left, Texts{"x"});
}

TEST_P(RouterTest, DroppedItemGoesDownNoPath) {
  Rig rig(GetParam());
  rig.stage(kRoute)
      .stage(kProbe, {}, {.inputs = {0}, .path = 0})
      .stage(kProbe, {}, {.inputs = {0}, .path = 1})
      .start();
  rig.submit("d").run();
  EXPECT_THAT(seen.calls, IsEmpty());
  EXPECT_EQ(rig.dropped["d"], 1U);
}

TEST_P(RouterTest, RoomIsNeededOnThePathThatIsTakenAlone) {
  Rig rig(GetParam());
  rig.stage(kRoute, {}, {.concurrency = 4, .order = graph::Order::none})
      .stage(kNap, {{"n", "1000"}}, {.queue_items = 1, .inputs = {0}, .path = 0})
      .stage(kProbe, {}, {.queue_items = 1, .inputs = {0}, .path = 1})
      .start();
  // One inside the slow stage, one before it, two that wait for room in the router.
  for (const std::string& input : numbered("x", 4)) rig.submit(input);
  rig.run_until_idle();
  EXPECT_EQ(rig.counts(0).n_inside, 2U);
  for (const std::string& input : numbered("y", 6)) rig.submit(input);
  rig.run_until_idle();
  EXPECT_EQ(seen.calls.size(), 6U);
  rig.run();
  EXPECT_EQ(rig.all_left.size(), 10U);
}

TEST_P(RouterTest, JobEndsOnPathsThatItNeverTook) {
  Rig rig(GetParam());
  rig.stage(kSplit, {{"n", "3"}})
      .stage(kRoute)
      .stage(kJoin, {}, {.concurrency = 2, .inputs = {1}, .path = 0})
      .stage(kJoin, {}, {.concurrency = 2, .inputs = {1}, .path = 1})
      .start();
  rig.submit("x").submit("y").run();
  EXPECT_EQ(seen.n_finished, 4) << "of each job on both paths";
  EXPECT_THAT(rig.outputs("x"), ElementsAre("x/0+x/1+x/2"));
  EXPECT_THAT(rig.outputs("y"), ElementsAre("y/0+y/1+y/2"));
}

}  // namespace
}  // namespace capstan::engine
