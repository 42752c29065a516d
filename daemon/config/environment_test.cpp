#include "config/environment.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace capstan::config {

class Substitute : public testing::Test {
 protected:
  std::string expand(std::string_view text) {
    const Environment environment = {{"HOME", "/home/op"}, {"EMPTY", ""}, {"YAML", "${HOME}: [x"}};
    const auto result =
        substitute(text, environment, [&](std::string fault) { faults_.push_back(fault); });
    return result.value_or("(nothing)");
  }
  std::vector<std::string> faults_;
};

TEST_F(Substitute, ReplacesVariables) {
  EXPECT_EQ(expand("${HOME}/in:${HOME}"), "/home/op/in:/home/op");
  EXPECT_EQ(expand("${EMPTY}"), "");
}

TEST_F(Substitute, TakesTheDefaultWhenUnsetOrEmptyAsTheShellDoes) {
  EXPECT_EQ(expand("${NO:-a b}${EMPTY:-c}${HOME:-d}${NO:-}"), "a bc/home/op");
}

TEST_F(Substitute, DoubledDollarIsAPlainOne) {
  EXPECT_EQ(expand("$${HOME} $5 $$ {x} ${HOME}$${"), "${HOME} $5 $$ {x} /home/op${");
}

TEST_F(Substitute, DoesNotLookIntoWhatAVariableHolds) {
  EXPECT_EQ(expand("${YAML}"), "${HOME}: [x");
}

TEST_F(Substitute, NamesEveryVariableThatIsNotSet) {
  EXPECT_EQ(expand("${MEDIA}/${HOMW}"), "(nothing)");
  ASSERT_EQ(faults_.size(), 2U);
  EXPECT_EQ(faults_[0],
            "the environment variable 'MEDIA' is not set; set it or give a default as in "
            "${MEDIA:-...}");
  EXPECT_EQ(faults_[1], "the environment variable 'HOMW' is not set; did you mean 'HOME'?");
}

TEST_F(Substitute, RefusesWhatIsNotAVariable) {
  EXPECT_EQ(expand("${HOME"), "(nothing)");
  EXPECT_EQ(expand("${}"), "(nothing)");
  EXPECT_EQ(expand("${A-B}"), "(nothing)");
  EXPECT_EQ(expand("${1}"), "(nothing)");
  EXPECT_EQ(faults_.size(), 4U);
}

}  // namespace capstan::config
