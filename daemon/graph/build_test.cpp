#include "graph/build.hpp"

#include <gmock/gmock.h>

#include "graph/build_rig.hpp"

namespace capstan::graph {

using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

class Build : public testing::Test, protected BuildRig {};

constexpr const char* kEncode = "{use: encode, with: {format: jpeg}}";
constexpr const char* kWrite = "{use: write, with: {path: /out}}";

TEST_F(Build, ChainsStagesInTheOrderOfTheFile) {
  const auto pipeline =
      plan(std::string("{use: files}, {use: decode}, ") + kEncode + ", " + kWrite);
  EXPECT_THAT(config::lines_of(faults_), IsEmpty());
  ASSERT_TRUE(pipeline);
  EXPECT_THAT(ids(*pipeline), ElementsAre("files", "decode", "encode", "write"));
  EXPECT_TRUE(pipeline->has_source());
  EXPECT_THAT(pipeline->stages[0].inputs, IsEmpty());
  EXPECT_THAT(pipeline->stages[2].inputs, ElementsAre(Field(&Input::stage, 1)));
  EXPECT_THAT(pipeline->stages[2].outputs, ElementsAre(3));
  EXPECT_EQ(pipeline->stages[2].options.text("format"), "jpeg");
  EXPECT_EQ(pipeline->stages[2].options.integer("quality"), 85);
}

TEST_F(Build, KeysThatMeanNothingForASourceAreErrors) {
  EXPECT_THAT(faults_of(std::string("{use: files, order: none, on_error: drop, timeout: 1s}, "
                                    "{use: decode}, ") +
                        kEncode + ", " + kWrite),
              ElementsAre(HasSubstr("leave 'order' out"), HasSubstr("leave 'on_error' out"),
                          HasSubstr("leave 'timeout' out")));
}

TEST_F(Build, ChoosesDefaultsByHowAStageRuns) {
  const auto pipeline = plan("{use: files}, {use: fetch}, {use: decode}, {use: mux}, {use: batch}");
  ASSERT_TRUE(pipeline);
  const auto& stages = pipeline->stages;
  EXPECT_EQ(stages[0].concurrency, 1U);        // source
  EXPECT_EQ(stages[1].concurrency, 16U);       // async
  EXPECT_EQ(stages[2].concurrency, kWorkers);  // sync
  EXPECT_EQ(stages[3].concurrency, kWorkers);  // jobs at once
  EXPECT_EQ(stages[4].concurrency, 1U);        // pipeline scope
  EXPECT_EQ(stages[1].queue_items, 16U);
  EXPECT_EQ(stages[2].queue_items, 8U);
  EXPECT_EQ(stages[4].queue_items, 2U);
  EXPECT_EQ(stages[4].queue_bytes, 64U << 20U);
  EXPECT_EQ(stages[4].order, Order::job);
  EXPECT_EQ(stages[4].on_error, OnError::fail);
  EXPECT_EQ(stages[4].timeout, 0ns);
}

TEST_F(Build, BranchesAndMergesByFrom) {
  const auto pipeline = plan(
      "{use: files}, {use: decode}, {use: encode, id: big, with: {format: png}},"
      "{use: encode, id: small, from: decode, with: {format: webp}},"
      "{use: write, from: [big, small], with: {path: /out}}");
  EXPECT_THAT(config::lines_of(faults_), IsEmpty());
  ASSERT_TRUE(pipeline);
  EXPECT_THAT(pipeline->stages[1].outputs, ElementsAre(2, 3));
  EXPECT_THAT(pipeline->stages[4].inputs,
              ElementsAre(Field(&Input::stage, 2), Field(&Input::stage, 3)));
}

TEST_F(Build, SortsStagesThatNameLaterOnes) {
  const auto pipeline = plan(
      "{use: files}, {use: encode, from: decode, with: {format: png}},"
      "{use: decode, from: files}, {use: write, from: encode, with: {path: /out}}");
  ASSERT_TRUE(pipeline);
  EXPECT_THAT(ids(*pipeline), ElementsAre("files", "decode", "encode", "write"));
  EXPECT_THAT(pipeline->stages[2].inputs, ElementsAre(Field(&Input::stage, 1)));
}

TEST_F(Build, UnknownStageTypesNameTheNearest) {
  EXPECT_THAT(
      faults_of("{use: files},\n{use: decod},\n{use: zzzzz}"),
      ElementsAre("c.yaml:4:7: unknown stage type 'decod'; did you mean 'decode'?",
                  "c.yaml:5:7: unknown stage type 'zzzzz'; known are batch, decode, encode, "
                  "fetch, files, group, mux, route, unbatch, write"));
}

TEST_F(Build, NothingIsBuiltOfAStageWithoutUse) {
  EXPECT_FALSE(plan("{use: files}, {id: x}, {id: y}"));
  EXPECT_THAT(config::lines_of(faults_),
              ElementsAre(HasSubstr("a stage lacks 'use'"), HasSubstr("a stage lacks 'use'")));
}

TEST_F(Build, UnknownOptionsNameTheNearestByTheirFullName) {
  EXPECT_THAT(faults_of("{use: files},\n{use: decode, with: {video: {sise: 1x1}, thread: 2}}"),
              ElementsAre("c.yaml:4:30: decode: unknown option 'video.sise'; did you mean "
                          "'video.size'?",
                          "c.yaml:4:42: decode: unknown option 'thread'; did you mean 'threads'?"));
}

TEST_F(Build, OptionsOfAStageWithoutAny) {
  EXPECT_THAT(faults_of("{use: files},\n{use: fetch, with: {a: 1}}"),
              ElementsAre("c.yaml:4:21: fetch: unknown option 'a': the stage type 'fetch' has no "
                          "options"));
}

TEST_F(Build, AGroupIsNoValueAndAValueNoGroup) {
  EXPECT_THAT(faults_of("{use: files},\n{use: decode, with: {video: 10%, threads: {n: 1}}}"),
              ElementsAre("c.yaml:4:22: decode: 'video': expected a map that holds video.at, "
                          "video.size",
                          "c.yaml:4:44: decode: 'threads' is a map: expected a whole number from 1 "
                          "to 64"));
}

TEST_F(Build, AMapTakesAnyKeys) {
  const auto pipeline =
      plan("{use: files},\n{use: decode},\n{use: mux, with: {video: {options: {b: 2, a-b: 1}}}}");
  ASSERT_TRUE(pipeline);
  const std::vector<std::pair<std::string, std::string>> expected = {{"b", "2"}, {"a-b", "1"}};
  EXPECT_EQ(pipeline->stages[2].options.map("video.options"), expected);
}

TEST_F(Build, EachWrongValueOfAMapHasItsOwnPlace) {
  EXPECT_THAT(
      faults_of("{use: files},\n{use: decode},\n{use: mux, with: {video: {options: {b: x, c: [1], "
                "d: {e: 1}}}}}"),
      ElementsAre("c.yaml:5:40: mux: 'video.options.b' is 'x': expected a map, each value a whole "
                  "number",
                  "c.yaml:5:43: mux: 'video.options': expected a map, each value a whole number",
                  "c.yaml:5:55: mux: 'video.options': expected a map, each value a whole number"));
  EXPECT_THAT(faults_of("{use: files},\n{use: decode},\n{use: mux, with: {video: {options: a=1}}}"),
              testing::Contains(HasSubstr("mux: 'video.options': expected a map")));
}

TEST_F(Build, EachWrongValueOfAListHasItsOwnPlace) {
  EXPECT_THAT(
      faults_of("{use: files},\n{use: decode, with: {video: {at: [10%, soon, 1s, -1s]}}}"),
      ElementsAre(HasSubstr("c.yaml:4:40: decode: 'video.at' is 'soon': expected a list, each a "
                            "place such as 10%"),
                  HasSubstr("c.yaml:4:50: decode: 'video.at' is '-1s'")));
}

TEST_F(Build, AListWhereOneValueIsExpected) {
  EXPECT_THAT(
      faults_of("{use: files},\n{use: decode, with: {threads: [2]}}"),
      ElementsAre("c.yaml:4:22: decode: 'threads' is a list: expected a whole number from 1 "
                  "to 64"));
}

TEST_F(Build, OptionsThatMustBeGiven) {
  EXPECT_THAT(faults_of("{use: files},\n{use: decode},\n{use: encode}"),
              ElementsAre("c.yaml:5:7: encode: the option 'format' must be given: expected one of "
                          "jpeg, png, webp (of the picture)"));
}

TEST_F(Build, AnOptionThatIsGivenWronglyIsNotMissingToo) {
  EXPECT_THAT(faults_of("{use: files}, {use: decode},\n{use: encode, with: {format: gif}}"),
              ElementsAre("c.yaml:4:30: encode: 'format' is 'gif': expected one of jpeg, png, "
                          "webp"));
  faults_ = {};
  EXPECT_THAT(faults_of("{use: files}, {use: decode},\n{use: encode, with: {format: \"${X}\"}}"),
              ElementsAre(HasSubstr("variable 'X' is not set")));
}

TEST_F(Build, TwoStagesOfOneNameNeedAnId) {
  EXPECT_THAT(faults_of("{use: files},\n{use: batch},\n{use: batch}"),
              ElementsAre("c.yaml:5:7: two stages are called 'batch': first in line 4; give this "
                          "one an id of its own, as in 'id: batch2'"));
}

TEST_F(Build, FromNamesNothingItselfOrAStageTwice) {
  EXPECT_THAT(faults_of("{use: files},\n{use: decode, from: file},\n{use: batch, from: batch},\n"
                        "{use: fetch, from: [files, files]}"),
              ElementsAre("c.yaml:4:21: 'from' names 'file', which is no stage of this pipeline; "
                          "did you mean 'files'?",
                          "c.yaml:5:20: 'batch' takes from itself: expected another stage",
                          "c.yaml:6:28: 'from' names 'files' twice"));
}

TEST_F(Build, LoopsAreNamed) {
  EXPECT_THAT(faults_of("{use: files},\n{use: batch, id: a, from: [files, c]},\n"
                        "{use: batch, id: b},\n{use: batch, id: c},\n{use: batch, id: d}"),
              ElementsAre("c.yaml:4:28: the stages form a cycle: 'a' -> 'b' -> 'c' -> 'a'"));
}

TEST_F(Build, EachOfTwoLoopsIsNamedOnce) {
  EXPECT_THAT(faults_of("{use: files}, {use: batch, id: a, from: b}, {use: batch, id: b, from: a},"
                        "{use: batch, id: c, from: d}, {use: batch, id: d, from: c}"),
              ElementsAre(HasSubstr("warning: nothing takes what 'files' gives"),
                          HasSubstr("'a' -> 'b' -> 'a'"), HasSubstr("'c' -> 'd' -> 'c'")));
}

TEST_F(Build, NeighboursMustAgreeOnPayloads) {
  EXPECT_THAT(faults_of("{use: files},\n" + std::string(kEncode) +
                        ",\n{use: decode, from: files},\n"
                        "{use: write, with: {path: x}}"),
              ElementsAre("c.yaml:4:7: 'encode' takes video_frame, but 'files' gives reference",
                          "c.yaml:4:7: warning: nothing takes what 'encode' gives",
                          "c.yaml:6:7: 'write' takes bytes, but 'decode' gives video_frame"));
}

TEST_F(Build, NothingComesAfterAStageThatGivesNothing) {
  EXPECT_THAT(
      faults_of("{use: files}, {use: fetch},\n{use: write, with: {path: x}},\n{use: batch}"),
      ElementsAre("c.yaml:5:7: 'batch' takes *, but 'write' gives nothing: it can only be "
                  "last"));
}

TEST_F(Build, SourcesComeFirstAndAlone) {
  EXPECT_THAT(faults_of("{use: files},\n{use: files, id: more, from: files}"),
              ElementsAre(HasSubstr("warning: nothing takes what 'files' gives"),
                          HasSubstr("c.yaml:4:7: 'more' is a second source: expected one source a "
                                    "pipeline, 'files' is the first"),
                          HasSubstr("c.yaml:4:30: 'more' is a source, which takes nothing")));
  faults_ = {};
  EXPECT_THAT(faults_of("{use: decode},\n{use: files}"),
              testing::Contains("c.yaml:4:7: 'files' is a source: expected as the first stage"));
}

TEST_F(Build, APipelineWithoutASourceTakesWhatIsSubmitted) {
  EXPECT_TRUE(plan("{use: decode}"));
  EXPECT_THAT(faults_of("{use: mux}"),
              ElementsAre("c.yaml:3:7: 'mux' takes video_frame, but nothing comes before it: "
                          "expected a source as the first stage"));
}

TEST_F(Build, KeysWithoutEffectAreFaults) {
  EXPECT_THAT(faults_of("{use: files, concurrency: 2, queue: 3, retry: 1},\n"
                        "{use: batch, concurrency: 2, retry: 1}"),
              ElementsAre(HasSubstr("c.yaml:3:27: 'files' is a source, which runs once"),
                          HasSubstr("c.yaml:3:37: 'files' is a source, which takes nothing"),
                          HasSubstr("c.yaml:3:47: 'files' keeps state"),
                          HasSubstr("c.yaml:4:27: 'batch' sees every item"),
                          HasSubstr("c.yaml:4:37: 'batch' keeps state")));
}

TEST_F(Build, InputsOfTheCommandLineReplaceThoseOfTheFile) {
  auto config = config::parse("pipelines: {p: {stages: [{use: files, with: {path: a}}]}}", "c.yaml",
                              {}, faults_);
  ASSERT_TRUE(set_inputs(config.pipelines.at(0), catalog_, {"x", "y z"}));
  const auto pipeline = build(config.pipelines.at(0), catalog_, kWorkers, faults_);
  ASSERT_TRUE(pipeline);
  EXPECT_THAT(pipeline->stages[0].options.list("path"), ElementsAre("x", "y z"));
}

TEST_F(Build, ABrokenOptionTableIsThePluginsFault) {
  static constexpr Option kBad[] = {
      {.name = "n", .type = OptionType::integer, .default_value = "many"}};
  class BadCatalog final : public Catalog {
   public:
    BadCatalog() {
      type_.name = "bad";
      type_.accepts = "bytes";
      type_.scope = Scope::item;
      type_.execution = Execution::sync;
      type_.options = kBad;
      type_.n_options = 1;
    }
    const StageType* find(std::string_view) const override { return &type_; }
    std::vector<CatalogEntry> entries() const override { return {}; }

   private:
    StageType type_;
  };
  const auto config =
      config::parse("pipelines: {p: {stages: [{use: bad}]}}", "c.yaml", {}, faults_);
  EXPECT_FALSE(build(config.pipelines.at(0), BadCatalog(), kWorkers, faults_));
  EXPECT_THAT(config::lines_of(faults_),
              ElementsAre(HasSubstr("bad: the option table of the stage type 'bad' is broken")));
}

}  // namespace capstan::graph
