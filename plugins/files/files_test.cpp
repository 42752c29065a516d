#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <capstan/sdk/harness.hpp>
#include <capstan/sdk/plugin.hpp>

#include "pattern.hpp"

using namespace capstan;
using testing::ElementsAre;
using testing::IsEmpty;

extern "C" const PluginDescriptor capstan_plugin;

namespace {

// A folder to look into. Everything is relative to it.
class Files : public testing::Test {
 protected:
  Files() {
    std::string name = "/tmp/capstan-files-XXXXXX";
    root_ = mkdtemp(name.data());
    chmod(root_.c_str(), 0755);
  }
  ~Files() override {
    if (geteuid() != getuid() && seteuid(getuid()) != 0) std::abort();
    std::filesystem::remove_all(root_);
  }

  std::string at(const std::string& path) const { return root_ + "/" + path; }
  void put(const std::string& path, const std::string& text = "x") const {
    std::filesystem::create_directories(std::filesystem::path(at(path)).parent_path());
    std::ofstream(at(path), std::ios::binary) << text;
  }
  void link(const std::string& target, const std::string& path) const {
    ASSERT_EQ(symlink(target.c_str(), at(path).c_str()), 0);
  }

  // Runs the source and returns what it gives: "job path", or "job path: reason".
  std::vector<std::string> run(StageHarness::OptionValues options) {
    StageHarness source(capstan_plugin, "files", std::move(options));
    std::vector<std::string> lines;
    locations_.clear();
    for (const Item& item : source.feed()) {
      std::string line(item.meta("job.path"));
      if (const auto* failed = item.get_if<FailedInput>()) {
        line += ": " + failed->reason();
      } else {
        locations_.push_back(item.get<Reference>().location());
      }
      lines.push_back(line);
    }
    n_expected_ = source.n_expected_jobs();
    EXPECT_EQ(n_expected_, lines.size());
    return lines;
  }
  std::vector<std::string> run_on(const std::vector<std::string>& paths) {
    return run({{"path", paths}});
  }

  std::string root_;
  std::vector<std::string> locations_;
  std::uint64_t n_expected_ = 0;
};

}  // namespace

TEST_F(Files, AFolderIsListedSortedWithItsFilesBeforeItsFolders) {
  put("a/2.mp4");
  put("z.mp4");
  put("b.mp4");
  put("a/1.mp4");
  EXPECT_THAT(run_on({root_}), ElementsAre("b.mp4", "z.mp4", "a/1.mp4", "a/2.mp4"));
  EXPECT_EQ(locations_[2], at("a/1.mp4"));
}

TEST_F(Files, WithoutRecursionOnlyTheFolderItselfIsListed) {
  put("a/1.mp4");
  put("b.mp4");
  EXPECT_THAT(run({{"path", {root_}}, {"recursive", {"false"}}}), ElementsAre("b.mp4"));
}

TEST_F(Files, HiddenFilesAndFoldersAreTakenOnRequest) {
  put(".a/1.mp4");
  put(".b.mp4");
  EXPECT_THAT(run_on({root_}), IsEmpty());
  EXPECT_THAT(run({{"path", {root_}}, {"hidden", {"true"}}}), ElementsAre(".b.mp4", ".a/1.mp4"));
}

TEST_F(Files, MatchTakesAlternativesInAnyCase) {
  put("a.MP4");
  put("b.jpg");
  put("c.txt");
  EXPECT_THAT(run({{"path", {root_}}, {"match", {"*.{mp4,mkv,jpg}"}}}),
              ElementsAre("a.MP4", "b.jpg"));
}

TEST_F(Files, APatternWithASlashIsAboutThePathInTheFolder) {
  put("raw/a.jpg");
  put("out/a.jpg");
  put("deep/raw/b.jpg");
  EXPECT_THAT(run({{"path", {root_}}, {"match", {"**/raw/*"}}}),
              ElementsAre("deep/raw/b.jpg", "raw/a.jpg"));
}

TEST_F(Files, ExcludedFoldersAreNotEntered) {
  put("@eaDir/a.jpg");
  put("b.jpg");
  put("b.tmp");
  EXPECT_THAT(run({{"path", {root_}}, {"exclude", {"@eaDir", "*.tmp"}}}), ElementsAre("b.jpg"));
}

TEST_F(Files, ANamedFileIsRelativeToItsFolderAndNotJudgedByMatch) {
  put("a/1.txt");
  EXPECT_THAT(run({{"path", {at("a/1.txt")}}, {"match", {"*.mp4"}}}), ElementsAre("1.txt"));
}

TEST_F(Files, SeveralPlacesAreRelativeToTheirCommonFolder) {
  put("a/x.mp4");
  put("b/x.mp4");
  EXPECT_THAT(run_on({at("a/x.mp4"), at("b/x.mp4")}), ElementsAre("a/x.mp4", "b/x.mp4"));
  EXPECT_THAT(run_on({at("a"), at("b/")}), ElementsAre("a/x.mp4", "b/x.mp4"));
  EXPECT_THAT(run_on({at("a"), at("a/../b")}), ElementsAre("a/x.mp4", "b/x.mp4"));
}

TEST_F(Files, AFileReachedTwiceIsGivenOnce) {
  put("a/x.mp4");
  put("y.mp4");
  EXPECT_THAT(run_on({at("y.mp4"), root_, at("a"), at("a/x.mp4"), at("./a//x.mp4")}),
              ElementsAre("y.mp4", "a/x.mp4"));
}

TEST_F(Files, GlobsFindFilesAndWalkMatchedFolders) {
  put("2024-a/x.mp4");
  put("2024-b/sub/y.mp4");
  put("2024.txt");
  put("2023/z.mp4");
  EXPECT_THAT(run_on({at("2024*")}), ElementsAre("2024.txt", "2024-a/x.mp4", "2024-b/sub/y.mp4"));
  EXPECT_THAT(run_on({at("{2023,2024-a}/*.mp4")}), ElementsAre("2023/z.mp4", "2024-a/x.mp4"));
}

TEST_F(Files, TwoStarsStandForAnyNumberOfFolders) {
  put("a.mp4");
  put("b/c/d.mp4");
  put("b/c/d.txt");
  link("..", "b/up");
  EXPECT_THAT(run_on({at("**/*.mp4")}), ElementsAre("a.mp4", "b/c/d.mp4"));
}

TEST_F(Files, ANameWithWildcardCharactersThatExistsIsTakenAsItStands) {
  put("[1] clip*.mp4");
  put("1 clip.mp4");
  EXPECT_THAT(run_on({at("[1] clip*.mp4")}), ElementsAre("[1] clip*.mp4"));
}

TEST_F(Files, WhatIsMissingFailsAndTheOthersGoOn) {
  put("a.mp4");
  EXPECT_THAT(
      run_on({at("gone.mp4"), at("*.mkv"), at("a.mp4")}),
      ElementsAre("gone.mp4: No such file or directory", "*.mkv: matches nothing", "a.mp4"));
  EXPECT_THAT(run_on({at("gone/*.mkv")}), ElementsAre("*.mkv: matches nothing"));
}

TEST_F(Files, AFolderWithoutPermissionIsOneFailure) {
  put("a/1.mp4");
  put("b/2.mp4");
  ASSERT_EQ(chmod(at("a").c_str(), 0), 0);
  // Permissions do not hold root back.
  ASSERT_TRUE(getuid() != 0 || seteuid(65534) == 0);
  EXPECT_THAT(run_on({root_}), ElementsAre("a: Permission denied", "b/2.mp4"));
  ASSERT_EQ(seteuid(getuid()), 0);
}

TEST_F(Files, LoopsOfLinksEndAndRealNamesWin) {
  put("real/1.mp4");
  link("real", "alias");
  link("..", "real/up");
  link("nowhere", "broken.mp4");
  EXPECT_THAT(run_on({root_}), ElementsAre("broken.mp4: the link leads nowhere", "real/1.mp4"));
}

TEST_F(Files, LinkedFoldersOutsideAreFollowed) {
  put("elsewhere/1.mp4");
  put("in/0.mp4");
  link("../elsewhere", "in/more");
  EXPECT_THAT(run_on({at("in")}), ElementsAre("0.mp4", "more/1.mp4"));
}

TEST_F(Files, NamesAreBytes) {
  put("new\nline.mp4");
  put("bad\xff\xfe.mp4");
  EXPECT_THAT(run({{"path", {root_}}, {"match", {"*.mp4"}}}),
              ElementsAre("bad\xff\xfe.mp4", "new\nline.mp4"));
  EXPECT_THAT(run_on({at("*.mp4")}), ElementsAre("bad\xff\xfe.mp4", "new\nline.mp4"));
}

TEST_F(Files, APipeIsPassedOverUnlessItIsNamed) {
  ASSERT_EQ(mkfifo(at("pipe").c_str(), 0600), 0);
  EXPECT_THAT(run_on({root_}), IsEmpty());
  EXPECT_THAT(run_on({at("pipe")}), ElementsAre("pipe: not a regular file"));
}

TEST_F(Files, AManifestNamesOneInputALine) {
  put("in/a.mp4");
  put("in/b*.mp4");
  put("lists/all.txt", "../in/a.mp4\r\n\n" + at("in/b*.mp4") + "\n../in/a.mp4\ngone*.mp4");
  EXPECT_THAT(run({{"manifest", {at("lists/all.txt")}}}),
              ElementsAre("in/a.mp4", "in/b*.mp4", "lists/gone*.mp4: No such file or directory"));
}

TEST_F(Files, AManifestMaySeparateByNul) {
  put("a\nb.mp4");
  put("c.mp4");
  put("list", std::string("a\nb.mp4\0c.mp4\0", 14));
  EXPECT_THAT(run({{"manifest", {at("list")}}}), ElementsAre("a\nb.mp4", "c.mp4"));
}

TEST_F(Files, AMissingManifestFailsTheSource) {
  StageHarness source(capstan_plugin, "files", {{"manifest", {at("gone")}}});
  try {
    source.feed();
    FAIL() << "was taken for an empty one";
  } catch (const StageFailed& failure) {
    EXPECT_EQ(std::string(failure.what()),
              "cannot read manifest '" + at("gone") + "': No such file or directory");
  }
}

TEST_F(Files, UrlsPassThroughWithoutCredentialsInTheJobPath) {
  EXPECT_THAT(run_on({"https://me:secret@example.org/a/b.mp4"}),
              ElementsAre("https://example.org/a/b.mp4"));
  EXPECT_THAT(locations_, ElementsAre("https://me:secret@example.org/a/b.mp4"));
}

TEST_F(Files, NothingNamedIsAnErrorOfConfiguration) {
  EXPECT_THROW(StageHarness(capstan_plugin, "files"), std::invalid_argument);
}

TEST_F(Files, AnEmptyFolderIsSaidToBeEmpty) {
  StageHarness source(capstan_plugin, "files", {{"path", {root_}}});
  EXPECT_THAT(source.feed(), IsEmpty());
  EXPECT_THAT(source.log_lines(), ElementsAre("warn: found no files to take"));
}

TEST_F(Files, TheFirstInputsLeaveBeforeTheListingIsComplete) {
  for (int folder = 0; folder < 3; ++folder) {
    for (int i = 0; i < 600; ++i) put(std::to_string(folder) + "/" + std::to_string(i));
  }
  StageHarness source(capstan_plugin, "files", {{"path", {root_}}});
  source.begin(Item());
  EXPECT_EQ(source.take_outputs().size(), 1U);
  EXPECT_EQ(source.n_expected_jobs(), 0U);
  source.step();
  EXPECT_EQ(source.n_expected_jobs(), 1800U);
}

TEST_F(Files, CancellingEndsTheListing) {
  put("a/1.mp4");
  StageHarness source(capstan_plugin, "files", {{"path", {root_}}});
  source.begin(Item());
  source.cancel();
  EXPECT_TRUE(source.is_done());
}

TEST(Pattern, BracesNestAndEscape) {
  EXPECT_THAT(files::expand_braces("a{b,c{d,e}}f"), ElementsAre("abf", "acdf", "acef"));
  EXPECT_THAT(files::expand_braces("{a}{}\\{b,c\\}"), ElementsAre("{a}{}\\{b,c\\}"));
  EXPECT_THAT(files::expand_braces("{a,b}{c,d}"), ElementsAre("ac", "ad", "bc", "bd"));
  EXPECT_THROW(files::expand_braces("{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}"),
               std::invalid_argument);
}

TEST(Pattern, StarsStayInsideOneName) {
  const files::Pattern pattern("a/*/c", files::Pattern::Case::sensitive);
  EXPECT_TRUE(pattern.matches("a/b/c"));
  EXPECT_FALSE(pattern.matches("a/b/b/c"));
  EXPECT_TRUE(pattern.may_match_inside("a/b"));
  EXPECT_FALSE(pattern.may_match_inside("b"));
  EXPECT_FALSE(pattern.may_match_inside("a/b/c"));
}

TEST(Pattern, ManyStarsDoNotTakeForEver) {
  std::string text = "x";
  std::string path = "x";
  for (int i = 0; i < 40; ++i) text += "/**/a";
  for (int i = 0; i < 400; ++i) path += "/a";
  EXPECT_TRUE(files::Pattern(text, files::Pattern::Case::sensitive).matches(path));
  EXPECT_FALSE(files::Pattern(text, files::Pattern::Case::sensitive).matches(path + "/b"));
}
