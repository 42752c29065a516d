#include "cli/inspect.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "graph/fake_catalog.hpp"

namespace capstan::cli {

class Inspect : public testing::Test {
 protected:
  std::string inspect(const std::string& stage, bool is_schema = false) {
    out_.str("");
    exit_code_ = inspect_command({stage, is_schema}, graph::FakeCatalog(), {}, out_, err_);
    return out_.str();
  }
  nlohmann::json schema(const std::string& stage) {
    return nlohmann::json::parse(inspect(stage, true));
  }
  int exit_code_ = -1;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(Inspect, ListsStageTypesByPlugin) {
  EXPECT_EQ(inspect(""),
            "disk 1.2.0\n"
            "  files    sync   pipeline  (source) -> reference           made up\n"
            "  write    sync   item      bytes -> (nothing)              made up\n"
            "\n"
            "media 1.2.0  (media.so)\n"
            "  batch    sync   pipeline  * -> *                          made up\n"
            "  decode   sync   item      reference|bytes -> video_frame  made up\n"
            "  encode   sync   item      video_frame -> bytes            made up\n"
            "  fetch    async  item      reference -> bytes              made up\n"
            "  group    sync   varies    * -> *                          made up\n"
            "  mux      sync   job       video_frame -> bytes            made up\n"
            "  route    sync   item      * -> *                          made up\n"
            "  unbatch  sync   item      * -> *                          made up\n");
}

TEST_F(Inspect, PrintsAStageTypeAsAManualPage) {
  EXPECT_EQ(inspect("encode"),
            "NAME\n"
            "    encode - made up\n"
            "    of plugin media 1.2.0, media.so\n"
            "\n"
            "HOW IT RUNS\n"
            "    sync: on a worker of the thread pool\n"
            "    item: each item on its own, as many at once as 'concurrency' says\n"
            "\n"
            "ITEMS\n"
            "    takes video_frame\n"
            "    gives bytes\n"
            "\n"
            "OPTIONS\n"
            "    format\n"
            "        one of jpeg, png, webp; must be given\n"
            "        of the picture\n"
            "    quality\n"
            "        a whole number from 1 to 100; default 85\n"
            "\n"
            "EXAMPLE\n"
            "    - use: encode\n"
            "      with:\n"
            "        format: jpeg\n");
}

TEST_F(Inspect, SaysWhenTheOptionsChooseTheScope) {
  EXPECT_NE(
      inspect("group").find(
          "    job: the items of one job in order, as many jobs at once as 'concurrency' says\n"
          "    or another scope, by its options: 'capstan inspect CONFIG' tells which\n"),
      std::string::npos)
      << out_.str();
}

TEST_F(Inspect, SaysWhatGoesDownPathsAndWhatSeparatesJobs) {
  EXPECT_NE(inspect("route").find("    gives any payload\n"
                                  "    sends each down one of several paths: 'from: route.PATH' "
                                  "takes one of them\n"),
            std::string::npos)
      << out_.str();
  EXPECT_NE(inspect("unbatch").find("separates the jobs that a stage before put together\n"),
            std::string::npos)
      << out_.str();
}

TEST_F(Inspect, UnknownStageTypesNameTheNearest) {
  inspect("encod");
  EXPECT_EQ(exit_code_, 2);
  EXPECT_EQ(err_.str(), "inspect: unknown stage type 'encod'; did you mean 'encode'?\n");
}

TEST_F(Inspect, SchemaOfAStageNestsDottedNames) {
  const auto properties = schema("decode").at("properties");
  EXPECT_EQ(properties.at("threads").at("maximum"), 64);
  EXPECT_TRUE(properties.at("video").at("properties").contains("size"));
  EXPECT_FALSE(schema("decode").contains("required"));
  const auto map = schema("mux").at("properties").at("video").at("properties").at("options");
  EXPECT_EQ(map.at("type"), "object");
  EXPECT_TRUE(map.contains("additionalProperties"));
}

TEST_F(Inspect, SchemaNamesWhatMustBeGiven) {
  EXPECT_EQ(schema("encode").at("required"), nlohmann::json::array({"format"}));
}

TEST_F(Inspect, SchemaKnowsEveryKeyOfPipelinesAndStages) {
  const auto pipeline =
      schema("").at("properties").at("pipelines").at("additionalProperties").at("properties");
  for (const char* key : {"weight", "max_failures", "max_failure_rate", "stages"}) {
    EXPECT_TRUE(pipeline.contains(key)) << key;
  }
  const auto keys = pipeline.at("stages").at("items").at("properties");
  for (const char* key : {"use", "with", "id", "from", "concurrency", "queue", "order", "timeout",
                          "retry", "on_error", "max_failures", "max_failure_rate", "on_full"}) {
    EXPECT_TRUE(keys.contains(key)) << key;
  }
  EXPECT_EQ(keys.at("max_failure_rate").at("exclusiveMinimum"), 0);
  EXPECT_EQ(keys.at("epoch").at("minProperties"), 1);
  EXPECT_EQ(keys.at("on_error").at("enum").size(), 3U);
}

TEST_F(Inspect, SchemaOfTheConfigurationChoosesOptionsByStageType) {
  const auto stage = schema("")
                         .at("properties")
                         .at("pipelines")
                         .at("additionalProperties")
                         .at("properties")
                         .at("stages")
                         .at("items");
  EXPECT_EQ(stage.at("allOf").size(), 10U);
  EXPECT_EQ(stage.at("allOf").at(3).at("if").at("properties").at("use").at("const"), "decode");
  EXPECT_FALSE(stage.at("additionalProperties"));
}

}  // namespace capstan::cli
