// What rules say, and what is refused of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rule.hpp"

namespace flow {
namespace {

using namespace capstan;
using testing::HasSubstr;

Item frame(int width, int height, double seconds = 0) {
  auto picture = make_ref<VideoFrame>();
  picture->format = "yuv420p";
  picture->width = width;
  picture->height = height;
  picture->pts = static_cast<std::int64_t>(seconds * 1000);
  picture->time_base = {1, 1000};
  return Item(picture);
}

Item bytes(std::size_t n, const std::string& media_type = {}) {
  return Item(make_ref<Bytes>(Buffer::allocate(n), media_type));
}

Item labelled(const std::string& name, const std::string& value) {
  Item item = bytes(1);
  item.set_meta(name, value);
  return item;
}

bool holds(const std::string& condition, const Item& item) {
  return Rule("p: " + condition).holds(item);
}

std::string fault_of(const std::string& rule) {
  try {
    const Rule parsed(rule);
    return "none";
  } catch (const std::invalid_argument& fault) {
    return fault.what();
  }
}

TEST(Rule, ComparesNumbersByEveryOperator) {
  const Item item = frame(1280, 720);
  EXPECT_TRUE(holds("width == 1280", item));
  EXPECT_FALSE(holds("width != 1280", item));
  EXPECT_TRUE(holds("width >= 1280", item));
  EXPECT_TRUE(holds("width <= 1280", item));
  EXPECT_FALSE(holds("width < 1280", item));
  EXPECT_FALSE(holds("width > 1280", item));
}

TEST(Rule, HoldsWhenAllOfItsComparisonsDo) {
  EXPECT_TRUE(holds("width >= 1280 and height<=720 and payload==video_frame", frame(1280, 720)));
  EXPECT_FALSE(holds("width >= 1280 and height <= 720", frame(1280, 721)));
}

TEST(Rule, ReadsSizesAndTimesWithTheirUnits) {
  EXPECT_TRUE(holds("size >= 64KiB", bytes(65536)));
  EXPECT_FALSE(holds("size >= 64KiB", bytes(65535)));
  EXPECT_TRUE(holds("time < 1.5s", frame(1, 1, 1.4)));
  EXPECT_FALSE(holds("time < 00:01.5", frame(1, 1, 1.5)));
}

TEST(Rule, MatchesTextsByPattern) {
  EXPECT_TRUE(holds("media_type ~ image/{jpeg,png}", bytes(1, "image/png")));
  EXPECT_FALSE(holds("media_type ~ image/{jpeg,png}", bytes(1, "image/pngx")));
  EXPECT_TRUE(holds("meta.name ~ *.m?v", labelled("name", "a/b.c/d.mkv")));
  EXPECT_TRUE(holds("meta.name ~ {a{b,c},d}*", labelled("name", "ac and so on")));
  EXPECT_FALSE(holds("meta.name ~ a*b*c", labelled("name", "a1b2c3")));
}

TEST(Rule, APatternOfManyStarsEndsSoonOnALongText) {
  EXPECT_FALSE(holds("meta.name ~ a*a*a*a*a*a*a*a*a*b", labelled("name", std::string(4096, 'a'))));
}

TEST(Rule, ComparesMetadataAsTextAndOrdersItAsNumbers) {
  EXPECT_FALSE(holds("meta.n == 1", labelled("n", "1.0")));
  EXPECT_TRUE(holds("meta.n <= 1", labelled("n", "1.0")));
  EXPECT_FALSE(holds("meta.n > 0", labelled("n", "many"))) << "no number has no place in an order";
}

TEST(Rule, AValueWithSpacesStandsInQuotes) {
  EXPECT_TRUE(holds("meta.kind == 'a and b' and size == 1", labelled("kind", "a and b")));
  EXPECT_TRUE(holds("meta.kind == \"it's\"", labelled("kind", "it's")));
}

TEST(Rule, AComparisonWithWhatAnItemLacksIsFalse) {
  for (const char* condition : {"width != 1", "meta.kind != a", "time >= 0s", "input != x",
                                "media_type != image/png", "samples >= 0", "items >= 0"}) {
    EXPECT_FALSE(holds(condition, bytes(1))) << condition;
  }
  EXPECT_FALSE(holds("time >= 0s", [] {
    Item item = frame(1, 1);
    item.get_writable<VideoFrame>()->pts = kNoTimestamp;
    return item;
  }()));
  EXPECT_FALSE(holds("size >= 0", Item(make_ref<Reference>("somewhere"))))
      << "a reference says where bytes are, not how many";
}

TEST(Rule, ElseAndAlwaysHoldForEveryItem) {
  EXPECT_TRUE(holds("else", bytes(1)));
  EXPECT_TRUE(holds("always", frame(1, 1)));
}

TEST(Rule, WhatIsWrongIsNamedWithItsRule) {
  EXPECT_THAT(fault_of("wide: widht > 1"),
              HasSubstr("rule 'wide: widht > 1': unknown field 'widht': expected payload, input,"));
  EXPECT_THAT(fault_of("width > 1"), HasSubstr("expected PATH: CONDITION"));
  EXPECT_THAT(fault_of("a b: else"), HasSubstr("before the colon"));
  EXPECT_THAT(fault_of("a:"), HasSubstr("expected a field at the end"));
  EXPECT_THAT(fault_of("a: width"), HasSubstr("expected ==, !=, <, <=, >, >= or ~ at the end"));
  EXPECT_THAT(fault_of("a: width => 3"), HasSubstr("'=>' is no comparison"));
  EXPECT_THAT(fault_of("a: width >"), HasSubstr("expected a value at the end"));
  EXPECT_THAT(fault_of("a: width > 3 or height > 3"), HasSubstr("expected 'and' instead of 'or'"));
  EXPECT_THAT(fault_of("a: width > 3 and"), HasSubstr("expected a field at the end"));
  EXPECT_THAT(fault_of("a: width > big"), HasSubstr("'width' against 'big': expected a whole"));
  EXPECT_THAT(fault_of("a: size > 3 KB"), HasSubstr("a value with spaces stands in quotes"));
  EXPECT_THAT(fault_of("a: size > big"), HasSubstr("expected a size such as 64KiB"));
  EXPECT_THAT(fault_of("a: time > 10%"), HasSubstr("expected a time such as 1.5s"));
  EXPECT_THAT(fault_of("a: payload > bytes"), HasSubstr("'payload' is a text"));
  EXPECT_THAT(fault_of("a: width ~ 1*"), HasSubstr("'width' is no text"));
  EXPECT_THAT(fault_of("a: path ~ *.{mp4"), HasSubstr("'{' without '}'"));
  EXPECT_THAT(fault_of("a: path ~ *.mp4}"), HasSubstr("'}' without '{'"));
  EXPECT_THAT(fault_of("a: path == 'x"), HasSubstr("a quote is never closed"));
  EXPECT_THAT(fault_of("a: meta. == x"), HasSubstr("unknown field 'meta.'"));
}

}  // namespace
}  // namespace flow
