#include "graph/paths.hpp"

#include <gmock/gmock.h>

#include "graph/build_rig.hpp"

namespace capstan::graph {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kRoute = "{use: files},\n{use: route, id: r, with: {to: [a, b, big]}},\n";

class Paths : public testing::Test, protected BuildRig {
 protected:
  /// Faults of stages behind a router with the paths a, b and big; they stand from line 5 on.
  std::vector<std::string> faults_behind(const std::string& stages) {
    return faults_of(kRoute + stages);
  }
};

std::vector<std::string> inputs_of(const Pipeline& pipeline, std::size_t stage) {
  std::vector<std::string> names;
  for (const Input& input : pipeline.stages[stage].inputs) {
    const Stage& giver = pipeline.stages[input.stage];
    names.push_back(giver.id + (input.path ? "." + giver.paths.at(*input.path) : ""));
  }
  return names;
}

TEST_F(Paths, AStageTakesOnlyWhatGoesDownThePathThatItNames) {
  const auto pipeline = plan(kRoute + std::string("{use: batch, id: x, from: r.a}, "
                                                  "{use: batch, id: y, from: [r.big, r.b]}"));
  EXPECT_THAT(config::lines_of(faults_), ElementsAre(HasSubstr("nothing takes what 'x' gives")));
  ASSERT_TRUE(pipeline);
  EXPECT_THAT(pipeline->stages[1].paths, ElementsAre("a", "b", "big"));
  EXPECT_THAT(inputs_of(*pipeline, 2), ElementsAre("r.a"));
  EXPECT_THAT(inputs_of(*pipeline, 3), ElementsAre("r.b", "r.big"));
  EXPECT_THAT(pipeline->stages[1].outputs, ElementsAre(2, 3, 3));
}

TEST_F(Paths, AStageThatNamesNoPathTakesEverything) {
  const auto pipeline =
      plan(kRoute + std::string("{use: batch, id: below}, {use: batch, from: r}"));
  ASSERT_TRUE(pipeline);
  EXPECT_THAT(inputs_of(*pipeline, 2), ElementsAre("r"));
  EXPECT_THAT(inputs_of(*pipeline, 3), ElementsAre("r"));
}

TEST_F(Paths, AStageBehindARouterDoesNotFollowOnFromIt) {
  const auto pipeline = plan("{use: files}, {use: route, with: {to: [a, b]}}, {use: unbatch}");
  ASSERT_TRUE(pipeline);
  EXPECT_FALSE(pipeline->stages[2].follows_on);
}

TEST_F(Paths, AnUnknownPathNamesTheNearest) {
  EXPECT_THAT(faults_behind("{use: batch, from: [r, r.bigg]}"),
              ElementsAre("c.yaml:5:24: 'from' names the path 'bigg' of 'r', which has no such "
                          "path; did you mean 'big'?"));
  faults_ = {};
  EXPECT_THAT(faults_behind("{use: batch, from: r.}"),
              ElementsAre("c.yaml:5:20: 'from' names the path '' of 'r', which has no such path; "
                          "known are a, b, big"));
}

TEST_F(Paths, AStageWithoutPathsHasNone) {
  EXPECT_THAT(faults_of("{use: files},\n{use: decode},\n{use: batch, from: decode.a}"),
              ElementsAre("c.yaml:5:20: 'from' names the path 'a' of 'decode', which has no "
                          "paths: expected 'decode'"));
}

TEST_F(Paths, APathOfAStageThatDoesNotExist) {
  EXPECT_THAT(faults_of("{use: files},\n{use: decode},\n{use: batch, from: decod.a}"),
              ElementsAre("c.yaml:5:20: 'from' names 'decod', which is no stage of this pipeline; "
                          "did you mean 'decode'?"));
}

TEST_F(Paths, EveryPathIsTakenBySomeStage) {
  EXPECT_THAT(faults_behind("{use: batch, from: r.b}"),
              ElementsAre("c.yaml:4:21: path 'a' of 'r' is taken by no stage: expected one with "
                          "'from: r.a'",
                          HasSubstr("path 'big' of 'r' is taken by no stage")));
}

TEST_F(Paths, WhoeverTakesEverythingTakesEveryPath) {
  EXPECT_THAT(faults_behind("{use: batch, id: all}, {use: batch, from: r.b}"),
              ElementsAre(HasSubstr("warning: nothing takes what 'all' gives")));
}

TEST_F(Paths, ARouterAtTheEndLeadsNowhere) {
  EXPECT_THAT(faults_of("{use: files},\n{use: route, with: {to: [a, b]}}"),
              ElementsAre(HasSubstr("path 'a' of 'route' is taken by no stage"),
                          HasSubstr("path 'b' of 'route' is taken by no stage")));
}

TEST_F(Paths, OnePathTwiceIsAFaultAndSoIsAPathBesideEverything) {
  EXPECT_THAT(faults_behind("{use: batch, from: [r.a, r.b, r.a, r.big]}"),
              ElementsAre("c.yaml:5:31: 'from' names 'r.a' twice"));
  faults_ = {};
  EXPECT_THAT(faults_behind("{use: batch, from: [r, r.a]}"),
              ElementsAre("c.yaml:5:24: 'from' names both 'r', which is all it gives, and the "
                          "path 'a' of it: expected one of the two"));
}

TEST_F(Paths, OptionsThatMakeNoSenseAreAFaultAtWith) {
  EXPECT_THAT(faults_of("{use: files},\n{use: route, with: {to: [a]}},\n"
                        "{use: batch, from: [route.x, route.y, route.y]}"),
              ElementsAre("c.yaml:4:14: route: 'to' names one path only",
                          "c.yaml:5:39: 'from' names 'route.y' twice"));
}

TEST_F(Paths, PathsHaveNamesOfTheirOwn) {
  EXPECT_THAT(faults_of("{use: files},\n{use: route, with: {to: [a, b, a]}}, {use: batch}"),
              ElementsAre("c.yaml:4:14: route: has two paths called 'a'"));
  faults_ = {};
  EXPECT_THAT(faults_of("{use: files},\n{use: route, with: {to: [a, '']}}, {use: batch}"),
              ElementsAre("c.yaml:4:14: route: has a path without a name"));
}

TEST_F(Paths, MorePathsThanAnyoneNeedsAreAFault) {
  std::string names;
  for (int i = 0; i < 257; ++i) names += "p" + std::to_string(i) + ", ";
  EXPECT_THAT(faults_of("{use: files},\n{use: route, with: {to: [" + names + "]}}, {use: batch}"),
              ElementsAre("c.yaml:4:14: route: has 257 paths: expected at most 256"));
}

TEST_F(Paths, LoopsThroughPathsAndMergesAreNamed) {
  EXPECT_THAT(faults_of("{use: files},\n"
                        "{use: route, id: r, from: [files, back], with: {to: [a, b]}},\n"
                        "{use: batch, id: x, from: r.a},\n"
                        "{use: batch, id: back, from: [x, r.b]}"),
              ElementsAre("c.yaml:4:28: the stages form a cycle: 'r' -> 'x' -> 'back' -> 'r'"));
}

TEST_F(Paths, ARouterDoesNotTakeFromItself) {
  EXPECT_THAT(
      faults_of("{use: files},\n{use: route, id: r, from: [files, r.a], with: {to: [a, b]}}"),
      ElementsAre("c.yaml:4:35: 'r' takes from itself: expected another stage"));
}

TEST_F(Paths, TwoPathsOfOneStageCarryTheSamePayloads) {
  EXPECT_THAT(faults_behind("{use: write, from: [r.a, r.b, r.big], with: {path: x}}"), IsEmpty());
}

TEST_F(Paths, ATypeWithADotNeedsAnId) {
  class DottedCatalog final : public Catalog {
   public:
    DottedCatalog() {
      type_.name = "a.b";
      type_.accepts = "bytes";
      type_.scope = Scope::item;
      type_.execution = Execution::sync;
    }
    const StageType* find(std::string_view) const override { return &type_; }
    std::vector<CatalogEntry> entries() const override { return {}; }

   private:
    StageType type_;
  };
  const auto configuration =
      config::parse("pipelines: {p: {stages: [{use: a.b}]}}", "c.yaml", {}, faults_);
  EXPECT_FALSE(build(configuration.pipelines.at(0), DottedCatalog(), kWorkers, faults_));
  EXPECT_THAT(config::lines_of(faults_),
              ElementsAre("c.yaml:1:32: 'a.b' has a dot in it, behind which 'from' names a path: "
                          "give the stage a name of its own with 'id'"));
}

}  // namespace capstan::graph
