#include <gtest/gtest.h>

#include <capstan/sdk/options.hpp>

namespace {

using namespace capstan;
using namespace std::chrono_literals;

TEST(Units, DurationNeedsItsUnit) {
  EXPECT_EQ(parse_duration("10ms"), 10ms);
  EXPECT_EQ(parse_duration("1.5s"), 1500ms);
  EXPECT_EQ(parse_duration("2 min"), 2min);
  EXPECT_EQ(parse_duration("0"), 0ns);
  for (const char* text : {"", "5", "ms", "-1s", "1e9d9", "nan s", "10 sec", "999999999999d"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(Units, BytesAreDecimalOrBinaryAsWritten) {
  EXPECT_EQ(parse_bytes("64KiB"), 65536U);
  EXPECT_EQ(parse_bytes("10MB"), 10'000'000U);
  EXPECT_EQ(parse_bytes("17"), 17U);
  for (const char* text : {"", "-1", "1 QB", "GiB", "1.5.5KB", "99999999TiB"}) {
    EXPECT_FALSE(parse_bytes(text)) << text;
  }
}

TEST(Units, DimensionsKeepAtMostOneSideOpen) {
  const auto size = parse_dimensions("320x-1");
  ASSERT_TRUE(size);
  EXPECT_EQ(size->width, 320);
  EXPECT_EQ(size->height, -1);
  for (const char* text : {"", "320", "x", "-1x-1", "0x10", "-2x10", "99999x1", "3.5x2"}) {
    EXPECT_FALSE(parse_dimensions(text)) << text;
  }
}

TEST(Units, PositionIsAShareOrATime) {
  EXPECT_EQ(parse_position("10%")->percent, 10);
  EXPECT_EQ(parse_position("1.5s")->time, 1500ms);
  EXPECT_EQ(parse_position("01:02:03.5")->time, 1h + 2min + 3500ms);
  EXPECT_EQ(parse_position("02:03")->time, 2min + 3s);
  for (const char* text : {"", "%", "101%", "-1%", "1:2:3:4", "half", "12"}) {
    EXPECT_FALSE(parse_position(text)) << text;
  }
}

constexpr Option kTable[] = {
    {.name = "quality", .type = OptionType::integer, .default_value = "85", .range = "1..100"},
    {.name = "format", .type = OptionType::choice, .default_value = "jpeg", .range = "jpeg|png"},
    {.name = "path", .type = OptionType::text},
    {.name = "label", .type = OptionType::text, .default_value = ""},
    {.name = "at", .type = OptionType::position, .default_value = "", .is_list = true},
    {.name = "set", .type = OptionType::integer, .default_value = "", .is_map = true},
    {.name = "pause", .type = OptionType::duration, .default_value = "1s", .range = "1ms.."},
};

TEST(Options, AMapKeepsItsKeysInTheirOrder) {
  Options options(kTable, std::size(kTable));
  EXPECT_TRUE(options.map("set").empty());
  EXPECT_EQ(options.set("set", {"b=2", "a=1"}), std::nullopt);
  const std::vector<std::pair<std::string, std::string>> expected = {{"b", "2"}, {"a", "1"}};
  EXPECT_EQ(options.map("set"), expected);
  for (const char* wrong : {"b", "=1", "b=x"}) {
    EXPECT_EQ(options.set("set", {wrong}), "a map, each value a whole number") << wrong;
  }
}

TEST(Options, DefaultsHoldUntilAValueIsSet) {
  Options options(kTable, std::size(kTable));
  EXPECT_EQ(options.integer("quality"), 85);
  EXPECT_EQ(options.set("quality", {"90"}), std::nullopt);
  EXPECT_EQ(options.integer("quality"), 90);
  EXPECT_EQ(options.duration("pause"), 1s);
}

TEST(Options, OptionWithoutDefaultMustBeGivenAndAnEmptyOneNeedNot) {
  Options options(kTable, std::size(kTable));
  EXPECT_EQ(options.missing(), std::vector<std::string>{"path"});
  EXPECT_FALSE(options.has("label"));
  EXPECT_EQ(options.text("label"), "");
  EXPECT_TRUE(options.positions("at").empty());
}

TEST(Options, WrongValueIsToldWhatWasExpectedAndChangesNothing) {
  Options options(kTable, std::size(kTable));
  EXPECT_EQ(options.set("quality", {"0"}), "a whole number from 1 to 100");
  EXPECT_EQ(options.set("format", {"bmp"}), "one of jpeg, png");
  EXPECT_EQ(options.set("pause", {"0s"}), "a duration such as 10ms or 2s, 1ms or more");
  EXPECT_EQ(options.set("quality", {"1", "2"}), "a whole number from 1 to 100");
  EXPECT_EQ(options.set("at", {"10%", "later"}),
            "a list, each a place such as 10%, 1.5s or 00:01:30");
  EXPECT_EQ(options.integer("quality"), 85);
}

TEST(Options, NameThatTheTableLacksIsABugOfTheStage) {
  const Options options(kTable, std::size(kTable));
  EXPECT_THROW(options.text("colour"), std::logic_error);
}

TEST(Options, DefaultOfTheWrongTypeIsRefused) {
  static constexpr Option kBad[] = {
      {.name = "n", .type = OptionType::integer, .default_value = "many"}};
  EXPECT_THROW(Options(kBad, 1), std::logic_error);
}

}  // namespace
