#include <gtest/gtest.h>

#include <capstan/sdk/harness.hpp>
#include <capstan/sdk/plugin.hpp>

using namespace capstan;
using namespace std::chrono_literals;

// The plugin under test is linked into the test, so its one exported symbol is at hand.
extern "C" const PluginDescriptor capstan_plugin;

namespace {

Item text_item(std::string_view text) {
  Buffer buffer = Buffer::allocate(text.size());
  text.copy(reinterpret_cast<char*>(buffer.mutable_data()), text.size());
  return Item(make_ref<Bytes>(std::move(buffer)));
}

}  // namespace

#if defined(TEST_UPPER)
TEST(Upper, TurnsTextIntoCapitalsAndAddsTheSuffix) {
  StageHarness upper(capstan_plugin, "upper", {{"suffix", {"!"}}});
  const auto out = upper.feed(text_item("reel to reel"));
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].get<Bytes>().buffer().text(), "REEL TO REEL!");
}

TEST(Upper, RefusesAnotherPayloadByName) {
  StageHarness upper(capstan_plugin, "upper");
  try {
    upper.feed(Item(make_ref<Reference>("x")));
    FAIL() << "accepted a reference";
  } catch (const StageFailed& failure) {
    EXPECT_STREQ(failure.what(), "expected a bytes, got reference");
  }
}
#else
TEST(Delay, GivesTheItemAfterTheTime) {
  StageHarness delay(capstan_plugin, "delay", {{"time", {"10ms"}}});
  delay.begin(text_item("x"));
  delay.loop().advance(9ms);
  EXPECT_FALSE(delay.is_done());
  delay.loop().advance(1ms);
  EXPECT_TRUE(delay.is_done());
  EXPECT_EQ(delay.take_outputs().size(), 1U);
}

TEST(Delay, CancelledHalfWayLeavesNothingOnTheLoop) {
  StageHarness delay(capstan_plugin, "delay", {{"time", {"1h"}}});
  delay.begin(text_item("x"));
  EXPECT_EQ(delay.loop().n_watches(), 1U);
  delay.cancel();
  EXPECT_TRUE(delay.is_done());
  EXPECT_EQ(delay.loop().n_watches(), 0U);
}
#endif
