// The router as a stage: its paths, and what becomes of an item that fits nowhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <capstan/sdk/harness.hpp>

#include "router.hpp"

// The plugin under test is linked into the tests, so its one exported symbol is at hand.
extern "C" const capstan::PluginDescriptor capstan_plugin;

namespace flow {
namespace {

using namespace capstan;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

using Values = StageHarness::OptionValues;

Item picture(int width, const std::string& kind = {}) {
  auto frame = make_ref<VideoFrame>();
  frame->width = width;
  frame->height = 1;
  Item item(std::move(frame));
  if (!kind.empty()) item.set_meta("kind", kind);
  return item;
}

Options options_of(const Values& values) {
  Options options(kRouterOptions, std::size(kRouterOptions));
  for (const auto& [name, texts] : values) EXPECT_FALSE(options.set(name, texts)) << name;
  return options;
}

/// Why the options are refused, by paths() and by the constructor alike.
std::string fault_of(const Values& values) {
  std::string by_paths = "none", by_constructor = "none";
  try {
    Router::paths(options_of(values));
  } catch (const std::invalid_argument& fault) {
    by_paths = fault.what();
  }
  try {
    const StageHarness router(capstan_plugin, "router", values);
  } catch (const std::invalid_argument& fault) {
    by_constructor = fault.what();
  }
  EXPECT_EQ(by_paths, by_constructor);
  return by_paths;
}

/// Why an item fits nowhere.
std::string failure_of(const Values& values, Item item) {
  StageHarness router(capstan_plugin, "router", values);
  try {
    router.feed(std::move(item));
    return "none";
  } catch (const StageFailed& failure) {
    return failure.what();
  }
}

const Values kBySize = {{"rules", {"large: width >= 1280", "small: width >= 2", "drop: else"}}};
const Values kByKind = {{"by", {"meta.kind"}}, {"paths", {"cat", "dog"}}};

TEST(Router, ItsPathsStandInTheOrderOfTheirFirstRule) {
  EXPECT_THAT(Router::paths(options_of(kBySize)), ElementsAre("large", "small"));
  EXPECT_THAT(Router::paths(options_of({{"rules", {"b: width > 9", "a: width > 5", "b: else"}}})),
              ElementsAre("b", "a"));
  EXPECT_THAT(Router::paths(options_of(kByKind)), ElementsAre("cat", "dog"));
}

TEST(Router, AnItemGoesDownThePathOfTheFirstRuleThatHolds) {
  StageHarness router(capstan_plugin, "router", kBySize);
  EXPECT_EQ(router.feed(picture(1280)).at(0).path(), 0U);
  EXPECT_EQ(router.feed(picture(1279)).at(0).path(), 1U);
}

TEST(Router, AnItemThatIsToBeDroppedIsNotGiven) {
  StageHarness router(capstan_plugin, "router", kBySize);
  EXPECT_THAT(router.feed(picture(1)), SizeIs(0));
}

TEST(Router, ALabelNamesThePath) {
  StageHarness router(capstan_plugin, "router", kByKind);
  EXPECT_EQ(router.feed(picture(1, "dog")).at(0).path(), 1U);
  EXPECT_EQ(router.feed(picture(1, "cat")).at(0).path(), 0U);
  EXPECT_THAT(router.feed(picture(1, "drop")), SizeIs(0));
}

TEST(Router, WhatItGivesIsTheItemItTook) {
  StageHarness router(capstan_plugin, "router", kByKind);
  Item in = picture(1, "dog");
  const Payload* payload = in.payload().get();
  const Item out = router.feed(std::move(in)).at(0);
  EXPECT_EQ(out.payload().get(), payload);
  EXPECT_TRUE(out.payload()->is_unique());
  EXPECT_EQ(out.meta("kind"), "dog");
}

TEST(Router, AnItemThatNoRuleTakesFailsWithItsValues) {
  EXPECT_EQ(
      failure_of({{"rules", {"a: width > 5 and meta.kind == x", "b: width > 9"}}}, picture(3)),
      "no rule takes this item (width is 3, meta.kind is missing): the paths are 'a', 'b'; "
      "a last rule 'PATH: else' takes what is left");
}

TEST(Router, ALabelThatNamesNoPathFailsWithItsValue) {
  EXPECT_EQ(failure_of(kByKind, picture(1, "bird")),
            "meta.kind is 'bird', which names no path: the paths are 'cat', 'dog'");
  EXPECT_EQ(failure_of(kByKind, picture(1)),
            "meta.kind is missing, which names no path: the paths are 'cat', 'dog'");
  EXPECT_THAT(failure_of(kByKind, picture(1, std::string(1000, 'x'))), SizeIs(testing::Lt(200U)));
}

TEST(Router, GoesOnAfterAnItemThatFailed) {
  StageHarness router(capstan_plugin, "router", kByKind);
  EXPECT_THROW(router.feed(picture(1, "bird")), StageFailed);
  EXPECT_EQ(router.feed(picture(1, "dog")).at(0).path(), 1U);
}

TEST(Router, RefusesOptionsThatMakeNoSense) {
  EXPECT_THAT(fault_of({}), HasSubstr("expected 'rules', or 'by' with 'paths'"));
  EXPECT_THAT(fault_of({{"rules", {"a: else"}}, {"by", {"path"}}}), HasSubstr("exclude"));
  EXPECT_THAT(fault_of({{"rules", {"a: else"}}, {"paths", {"a"}}}), HasSubstr("belongs to 'by'"));
  EXPECT_THAT(fault_of({{"rules", {"a: else", "b: else"}}}),
              HasSubstr("rule 'b: else' is never reached"));
  EXPECT_THAT(fault_of({{"rules", {"drop: else"}}}), HasSubstr("drops every item"));
  EXPECT_THAT(fault_of({{"rules", {"a: colour == red"}}}),
              HasSubstr("rule 'a: colour == red': unknown field 'colour'"));
  EXPECT_THAT(fault_of({{"by", {"width"}}, {"paths", {"a"}}}), HasSubstr("'by' is 'width'"));
  EXPECT_THAT(fault_of({{"by", {"kind"}}, {"paths", {"a"}}}), HasSubstr("unknown field 'kind'"));
  EXPECT_THAT(fault_of({{"by", {"path"}}}), HasSubstr("needs 'paths'"));
  EXPECT_THAT(fault_of({{"by", {"path"}}, {"paths", {"a", "a"}}}), HasSubstr("'a' twice"));
  EXPECT_THAT(fault_of({{"by", {"path"}}, {"paths", {"a", "drop"}}}), HasSubstr("'drop' is there"));
  EXPECT_THAT(fault_of({{"by", {"path"}}, {"paths", {"a b"}}}), HasSubstr("has 'a b'"));
}

}  // namespace
}  // namespace flow
