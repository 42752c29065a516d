#include "config/tree.hpp"

#include <gmock/gmock.h>

#include "config/fault_lines.hpp"

namespace capstan::config {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Tree : public testing::Test {
 protected:
  TreePtr parse(std::string_view text) {
    return parse_tree(text, "c.yaml", {{"A", "a: b"}}, faults_);
  }
  std::vector<std::string> faults_of(std::string_view text) {
    parse(text);
    return lines_of(faults_);
  }
  Faults faults_;
};

TEST_F(Tree, KeepsTheMarksOfKeysAndValues) {
  const TreePtr root = parse("a: 1\nb:\n  - x\n  - [y, z]\n");
  ASSERT_TRUE(root);
  ASSERT_EQ(root->map.size(), 2U);
  EXPECT_EQ(to_string(root->map[1].key.mark), "c.yaml:2:1");
  EXPECT_EQ(to_string(root->map[1].value->list[1]->list[1]->mark), "c.yaml:4:9");
}

TEST_F(Tree, ScalarsAreTextQuotedOrNot) {
  const TreePtr root = parse("[12, \"12\", yes, 'null', ~]");
  EXPECT_EQ(root->list[0]->text, "12");
  EXPECT_EQ(root->list[1]->text, "12");
  EXPECT_EQ(root->list[2]->text, "yes");
  EXPECT_EQ(root->list[3]->text, "null");
  EXPECT_EQ(root->list[4]->kind, TreeNode::Kind::null);
}

TEST_F(Tree, VariablesAreTextAndNeverYaml) {
  const TreePtr root = parse("x: ${A}\n${A}: y\n");
  EXPECT_EQ(root->map[0].value->text, "a: b");
  EXPECT_EQ(root->map[1].key.value, "${A}");
}

TEST_F(Tree, AliasesStandForWhatTheyName) {
  const TreePtr root = parse("a: &x {b: c}\nd: *x\n");
  EXPECT_EQ(root->map[1].value->map[0].value->text, "c");
}

TEST_F(Tree, NamesBothPlacesOfADuplicateKey) {
  EXPECT_THAT(faults_of("a: 1\nb: 2\na: 3\nb: 4\n"),
              ElementsAre("c.yaml:3:1: the key 'a' is given twice: first in line 1",
                          "c.yaml:4:1: the key 'b' is given twice: first in line 2"));
}

TEST_F(Tree, WhatYamlRefusesIsAFaultWithItsPlace) {
  EXPECT_THAT(faults_of("a: b: c\n"), ElementsAre(HasSubstr("c.yaml:1:5: not YAML: illegal map")));
}

TEST_F(Tree, RefusesWhatIsNotText) {
  EXPECT_THAT(faults_of("a: \xff\n"), ElementsAre(HasSubstr("c.yaml:1:4: not UTF-8")));
}

TEST_F(Tree, RefusesControlCharacters) {
  EXPECT_THAT(faults_of(std::string_view("a: 1\n\0b: 2", 10)),
              ElementsAre(HasSubstr("c.yaml:2:1: a control character")));
}

TEST_F(Tree, RefusesTextAfterTheByteThatYamlCppTakesForTheEnd) {
  EXPECT_THAT(faults_of("a: 1\n\x04\nb: 2"), ElementsAre(HasSubstr("c.yaml:2:1: a control")));
}

TEST_F(Tree, RefusesTabsThatIndent) {
  EXPECT_THAT(faults_of("a:\n\tb: 1\n"),
              ElementsAre("c.yaml:2:1: a tab in the indentation: expected spaces"));
}

TEST_F(Tree, BlamesATabInALineThatCannotBeRead) {
  EXPECT_THAT(faults_of("-\ta: 1\n"), ElementsAre(HasSubstr("there is a tab in this line")));
}

TEST_F(Tree, AnEmptyDocumentIsAFault) {
  EXPECT_THAT(faults_of(""), ElementsAre("c.yaml: empty: expected 'pipelines:'"));
}

TEST_F(Tree, OnlyCommentsAreEmptyToo) {
  EXPECT_THAT(faults_of("# nothing\n"), ElementsAre("c.yaml: empty: expected 'pipelines:'"));
}

TEST_F(Tree, RefusesASecondDocument) {
  EXPECT_THAT(faults_of("a: 1\n---\nb: 2\n"),
              ElementsAre("c.yaml:3:1: a second document: expected one, without '---' in between"));
}

TEST_F(Tree, RefusesTags) {
  EXPECT_THAT(faults_of("a: !include x.yaml\n"),
              ElementsAre(HasSubstr("c.yaml:1:4: the YAML tag")));
}

TEST_F(Tree, RefusesKeysThatAreNotText) {
  EXPECT_THAT(faults_of("[a, b]: c\n"), ElementsAre(HasSubstr("expected a key")));
}

TEST_F(Tree, RefusesLargeFiles) {
  EXPECT_THAT(faults_of(std::string(kMaxDocumentBytes + 1, ' ')),
              ElementsAre(HasSubstr("c.yaml: too large")));
}

TEST_F(Tree, RefusesDeepNesting) {
  EXPECT_THAT(faults_of("a: " + std::string(100, '[') + std::string(100, ']')),
              ElementsAre(HasSubstr("c.yaml:1:35: nested too deeply")));
}

TEST_F(Tree, RefusesAHundredThousandBrackets) {
  EXPECT_THAT(faults_of(std::string(100000, '[')), ElementsAre(HasSubstr("']' or '}' missing?")));
}

TEST_F(Tree, AQuoteThatIsNeverClosedIsAFaultNearIt) {
  EXPECT_THAT(faults_of("a: 1\nb: \"x\nc: 3\n"),
              ElementsAre(HasSubstr("c.yaml:2:1: a quoted text at or after this place is never")));
}

TEST_F(Tree, KeepsTheLastLineOfABlockOfText) {
  EXPECT_EQ(parse("a: |\n  x\n  y\n")->map[0].value->text, "x\ny\n");
}

TEST_F(Tree, RefusesDeepNestingByIndentation) {
  std::string text;
  for (std::size_t depth = 0; depth < 100; ++depth) text += std::string(depth, ' ') + "a:\n";
  EXPECT_THAT(faults_of(text), ElementsAre(HasSubstr("c.yaml:33:33: nested too deeply")));
}

TEST_F(Tree, RefusesAliasBombs) {
  std::string text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int j = 1; j < 10; ++j) text += ", " + before;
    text += "]\n";
  }
  EXPECT_THAT(faults_of(text), ElementsAre(HasSubstr("too much with its aliases")));
}

TEST_F(Tree, RefusesAnAliasInsideOfWhatItNames) {
  EXPECT_THAT(faults_of("a: &x [1, *x]\n"), ElementsAre(HasSubstr("an alias inside of what")));
}

TEST_F(Tree, ReadsWindowsLineEndsAndAByteOrderMark) {
  const TreePtr root = parse(
      "\xEF\xBB\xBF"
      "a: 1\r\nb: 2\r\n");
  EXPECT_THAT(lines_of(faults_), IsEmpty());
  ASSERT_TRUE(root);
  EXPECT_EQ(root->map[1].value->text, "2");
}

}  // namespace capstan::config
