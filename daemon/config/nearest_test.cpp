#include "config/nearest.hpp"

#include <gtest/gtest.h>

namespace capstan::config {

const std::vector<std::string> kKnown = {"use", "with", "id", "from", "concurrency", "queue"};

TEST(Nearest, FindsTheNameThatASlipOfTheKeyboardLeft) {
  EXPECT_EQ(nearest("concurency", kKnown), "concurrency");
  EXPECT_EQ(nearest("wiht", kKnown), "with");
  EXPECT_EQ(nearest("quue", kKnown), "queue");
  EXPECT_EQ(nearest("frm", kKnown), "from");
  EXPECT_EQ(nearest("Use", kKnown), "use");
}

TEST(Nearest, FindsNothingWhenNothingIsClose) {
  EXPECT_EQ(nearest("threads", kKnown), "");
  EXPECT_EQ(nearest("x", kKnown), "");
  EXPECT_EQ(nearest("", kKnown), "");
  EXPECT_EQ(nearest(std::string(100000, 'x'), kKnown), "");
}

TEST(Nearest, DashAndUnderscoreAreTheSameMistake) {
  EXPECT_EQ(nearest("max-failures", {"stages", "max_failures"}), "max_failures");
}

TEST(Nearest, SuggestionListsWhatIsKnownWhenNothingIsClose) {
  EXPECT_EQ(suggest("wiht", kKnown), "; did you mean 'with'?");
  EXPECT_EQ(suggest("zzz", {"a", "b"}), "; known are a, b");
  EXPECT_EQ(suggest("zzz", {"a"}), "; the only one known is a");
  EXPECT_EQ(suggest("zzz", {}), "");
}

}  // namespace capstan::config
