// Bad input: one clear line for that input, all other outputs complete, no temporary file left, and
// exit code 1.
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include "folder.hpp"
#include "program.hpp"

namespace e2e {
namespace {

namespace fs = std::filesystem;

class BadInput : public testing::Test {
 protected:
  void SetUp() override { make_clip(media() / "good.mp4", "320x240", 1); }

  fs::path media() const { return folder_ / "media"; }
  fs::path thumbs() const { return folder_ / "thumbs"; }
  Result run_over_media(const Options& options = {}) const {
    const fs::path config = folder_.write("t.yaml", thumbnails_yaml(media(), thumbs()));
    return run_capstan({"run", config.string()}, options);
  }

  /// `shown` stands in exactly one line of what the program said, and everything else is as if the
  /// bad input had not been there.
  void expect_one_line_and_the_rest_done(const Result& result, const std::string& shown) const {
    EXPECT_EQ(result.exit_code, 1) << result.all();
    EXPECT_EQ(result.lines_with(shown).size(), 1U) << result.all();
    EXPECT_EQ(files_below(thumbs()), std::set<std::string>{"good.mp4/0.jpg"}) << result.all();
    EXPECT_TRUE(is_whole(thumbs() / "good.mp4/0.jpg"));
  }

  Folder folder_;
};

TEST_F(BadInput, AnEmptyFile) {
  folder_.write("media/empty.mp4", "");
  expect_one_line_and_the_rest_done(run_over_media(), "empty.mp4");
}

TEST_F(BadInput, ALinkThatLeadsOutOfTheAllowedFolder) {
  make_clip(folder_ / "private/clip.mp4", "320x240", 1);
  fs::create_symlink(folder_ / "private/clip.mp4", media() / "link.mp4");
  const std::string key = "daemon:\n";
  std::string yaml = thumbnails_yaml(media(), thumbs());
  // A relative folder is one beside the configuration.
  yaml.insert(yaml.find(key) + key.size(), "  inputs: { allow: [media] }\n");
  const Result result = run_capstan({"run", folder_.write("t.yaml", yaml).string()});
  expect_one_line_and_the_rest_done(result, "link.mp4");
  EXPECT_EQ(result.lines_with("'inputs.allow' does not name the file's place: ").size(), 1U)
      << result.all();
}

TEST_F(BadInput, ATextNamedMp4) {
  folder_.write("media/text.mp4", "Dear diary, this is not a film.\n");
  expect_one_line_and_the_rest_done(run_over_media(), "text.mp4");
}

TEST_F(BadInput, ATruncatedVideo) {
  make_clip(folder_ / "whole.mp4", "320x240", 3);
  // The index of an MP4 is at its end.
  const std::string bytes = read_file(folder_ / "whole.mp4");
  folder_.write("media/cut.mp4", bytes.substr(0, bytes.size() / 2));
  expect_one_line_and_the_rest_done(run_over_media(), "cut.mp4");
}

TEST_F(BadInput, APhotographOfNoBytes) {
  folder_.write("media/none.jpg", "");
  expect_one_line_and_the_rest_done(run_over_media(), "none.jpg");
}

TEST_F(BadInput, ANameWithANewline) {
  folder_.write("media/two\nlines.mp4", "no film");
  const Result result = run_over_media();
  EXPECT_EQ(result.exit_code, 1) << result.all();
  // Escaped: a name cannot forge a line of its own.
  const auto lines = result.lines_with("lines.mp4");
  ASSERT_EQ(lines.size(), 1U) << result.all();
  EXPECT_NE(lines[0].find("two"), std::string::npos) << lines[0];
  EXPECT_EQ(files_below(thumbs()), std::set<std::string>{"good.mp4/0.jpg"});
}

TEST_F(BadInput, ANameThatIsNotUtf8) {
  folder_.write("media/caf\xe9.mp4", "no film");
  const Result result = run_over_media();
  EXPECT_EQ(result.exit_code, 1) << result.all();
  EXPECT_EQ(result.lines_with("caf").size(), 1U) << result.all();
  EXPECT_EQ(result.all().find('\xe9'), std::string::npos) << "what is printed is valid UTF-8";
  EXPECT_EQ(files_below(thumbs()), std::set<std::string>{"good.mp4/0.jpg"});
}

TEST_F(BadInput, GoodFilesWithSuchNamesAreDone) {
  fs::copy(media() / "good.mp4", media() / "two\nlines.mp4");
  fs::copy(media() / "good.mp4", media() / "caf\xe9.mp4");
  const Result result = run_over_media();
  EXPECT_EQ(result.exit_code, 0) << result.all();
  EXPECT_EQ(files_below(thumbs()).size(), 3U) << result.all();
}

TEST_F(BadInput, AFolderWithoutPermission) {
  if (!can_become_nobody()) GTEST_SKIP() << "needs root, to become another user";
  fs::create_directories(media() / "closed");
  fs::permissions(media() / "closed", fs::perms::owner_all);
  fs::create_directories(thumbs());
  fs::permissions(thumbs(), fs::perms::all);
  Options nobody;
  nobody.is_nobody = true;
  expect_one_line_and_the_rest_done(run_over_media(nobody), "closed");
}

TEST_F(BadInput, AFileWithoutPermission) {
  if (!can_become_nobody()) GTEST_SKIP() << "needs root, to become another user";
  fs::copy(media() / "good.mp4", media() / "secret.mp4");
  fs::permissions(media() / "secret.mp4", fs::perms::owner_read);
  fs::create_directories(thumbs());
  fs::permissions(thumbs(), fs::perms::all);
  Options nobody;
  nobody.is_nobody = true;
  expect_one_line_and_the_rest_done(run_over_media(nobody), "secret.mp4");
}

TEST_F(BadInput, AnInputThatDoesNotExist) {
  const fs::path config = folder_.write("t.yaml", thumbnails_yaml(media(), thumbs()));
  const Result result = run_capstan(
      {"run", config.string(), (media() / "good.mp4").string(), (media() / "gone.mp4").string()});
  expect_one_line_and_the_rest_done(result, "gone.mp4");
}

TEST_F(BadInput, ATargetThatCannotBeWritten) {
  // A file stands where the folder of one output would be.
  fs::copy(media() / "good.mp4", media() / "blocked.mp4");
  folder_.write("thumbs/blocked.mp4", "in the way");
  const Result result = run_over_media();
  EXPECT_EQ(result.exit_code, 1) << result.all();
  EXPECT_EQ(result.lines_with("blocked.mp4").size(), 1U) << result.all();
  EXPECT_EQ(files_below(thumbs()), (std::set<std::string>{"blocked.mp4", "good.mp4/0.jpg"}));
}

TEST_F(BadInput, ATargetFolderWithoutPermission) {
  if (!can_become_nobody()) GTEST_SKIP() << "needs root, to become another user";
  fs::create_directories(thumbs());
  Options nobody;
  nobody.is_nobody = true;
  const Result result = run_over_media(nobody);
  EXPECT_EQ(result.exit_code, 1) << result.all();
  EXPECT_EQ(result.lines_with("good.mp4").size(), 1U) << result.all();
  EXPECT_TRUE(files_below(thumbs()).empty());
}

/// A file system of its own with room for `size`, where the sandbox lets one be mounted.
class SmallDisk {
 public:
  SmallDisk(fs::path folder, const std::string& size) : folder_(std::move(folder)) {
    fs::create_directories(folder_);
    const std::string data = "size=" + size;
    is_mounted_ = ::mount("capstan-test", folder_.c_str(), "tmpfs", 0, data.c_str()) == 0;
  }
  ~SmallDisk() {
    if (is_mounted_) ::umount(folder_.c_str());
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  bool is_mounted() const noexcept { return is_mounted_; }

 private:
  fs::path folder_;
  bool is_mounted_ = false;
};

TEST_F(BadInput, AFullDisk) {
  const SmallDisk disk(thumbs(), "16k");
  if (!disk.is_mounted()) GTEST_SKIP() << "no file system may be mounted here";
  make_clip(media() / "second.mp4", "320x240", 1);
  folder_.write("thumbs/filler", std::string(12 * 1024, 'x'));
  const Result result = run_over_media();
  EXPECT_EQ(result.exit_code, 1) << result.all();
  EXPECT_FALSE(result.lines_with("No space left").empty()) << result.all();
  for (const std::string& name : files_below(thumbs())) {
    if (name == "filler") continue;
    EXPECT_TRUE(name.ends_with("/0.jpg")) << name;
    EXPECT_TRUE(is_whole(thumbs() / name)) << name;
  }
}

TEST_F(BadInput, ManyAtOnceAreEachReported) {
  for (int i = 0; i < 20; ++i) {
    folder_.write("media/bad" + std::to_string(100 + i) + ".mp4", "no film");
  }
  const Result result = run_over_media();
  EXPECT_EQ(result.exit_code, 1) << result.all();
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(result.lines_with("bad" + std::to_string(100 + i) + ".mp4").size(), 1U)
        << result.all();
  }
  EXPECT_EQ(files_below(thumbs()), std::set<std::string>{"good.mp4/0.jpg"});
}

}  // namespace
}  // namespace e2e
