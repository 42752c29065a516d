#include "log/log.hpp"

#include <gtest/gtest.h>

namespace capstan::log {
namespace {

TEST(Escape, LeavesReadableTextAlone) { EXPECT_EQ(escape("Füße/片.mp4 🎬"), "Füße/片.mp4 🎬"); }

TEST(Escape, KeepsEverythingOnOneLine) { EXPECT_EQ(escape("a\nb\tc\r"), "a\\nb\\x09c\\x0d"); }

TEST(Escape, TakesTheTerminalsControlSequencesAway) {
  EXPECT_EQ(escape("\x1b[2J"), "\\x1b[2J");
  EXPECT_EQ(escape("\xc2\x9b"), "\\xc2\\x9b") << "a control character of two bytes";
}

TEST(Escape, ShowsBytesThatAreNotUtf8) {
  EXPECT_EQ(escape("caf\xe9"), "caf\\xe9");
  EXPECT_EQ(escape("\xc0\xaf"), "\\xc0\\xaf") << "an overlong slash";
  EXPECT_EQ(escape("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "a surrogate";
  EXPECT_EQ(escape("\xf0\x9f"), "\\xf0\\x9f") << "cut short";
}

}  // namespace
}  // namespace capstan::log
