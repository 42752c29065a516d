// The main job: a folder of clips and photographs becomes a folder of thumbnails, each the frame
// that FFmpeg's own program gives for the same time.
#include <gtest/gtest.h>

#include "folder.hpp"
#include "oracle.hpp"
#include "program.hpp"

namespace e2e {
namespace {

namespace fs = std::filesystem;

/// A JPEG of quality 85 is this near to its original.
constexpr double kNearDb = 33;
/// Decoded and scaled alike: rounding is all that may differ.
constexpr double kSameDb = 35;

class Thumbnails : public testing::Test {
 protected:
  fs::path media() const { return folder_ / "media"; }
  fs::path thumbs() const { return folder_ / "thumbs"; }

  Result run_over_media() const {
    const fs::path config = folder_.write("t.yaml", thumbnails_yaml(media(), thumbs()));
    return run_capstan({"run", config.string()});
  }
  /// The thumbnail of an input, by the path template of the configuration.
  fs::path thumb_of(const std::string& input, const std::string& name = "0.jpg") const {
    return thumbs() / input / name;
  }

  void expect_as_ffmpeg_gives(const std::string& input) const {
    const fs::path reference = folder_ / "reference.png";
    ASSERT_TRUE(make_reference(media() / input, reference)) << input;
    ASSERT_TRUE(fs::exists(thumb_of(input))) << input;
    EXPECT_TRUE(is_whole(thumb_of(input))) << input;
    EXPECT_GE(psnr_db(thumb_of(input), reference), kNearDb) << input;
  }

  Folder folder_;
};

TEST_F(Thumbnails, AreTheFramesThatFfmpegGives) {
  make_clip(media() / "one.mp4");
  make_clip(media() / "deep" / "er" / "two.mkv", "640x360", 3);
  make_clip(media() / "with space.mov", "322x178", 1);
  make_photo(media() / "photo.jpg");
  make_photo(media() / "photo.png", "333x111");
  make_photo(media() / "photo.webp");
  const Result result = run_over_media();
  EXPECT_EQ(result.exit_code, 0) << result.all();
  for (const char* input :
       {"one.mp4", "deep/er/two.mkv", "with space.mov", "photo.jpg", "photo.png", "photo.webp"}) {
    expect_as_ffmpeg_gives(input);
  }
  EXPECT_EQ(files_below(thumbs()).size(), 6U) << "nothing else is written";
}

TEST_F(Thumbnails, TwoInputsOfOneNameDoNotCollide) {
  make_clip(media() / "a" / "same.mp4", "320x240", 1);
  make_clip(media() / "b" / "same.mp4", "160x120", 1);
  EXPECT_EQ(run_over_media().exit_code, 0);
  expect_as_ffmpeg_gives("a/same.mp4");
  expect_as_ffmpeg_gives("b/same.mp4");
}

TEST_F(Thumbnails, ASecondRunGivesTheSameBytes) {
  make_clip(media() / "one.mp4", "320x240", 1);
  ASSERT_EQ(run_over_media().exit_code, 0);
  const std::string first = read_file(thumb_of("one.mp4"));
  ASSERT_EQ(run_over_media().exit_code, 0);
  EXPECT_EQ(read_file(thumb_of("one.mp4")), first);
}

TEST_F(Thumbnails, InputsOnTheCommandLineReplaceThoseOfTheSource) {
  make_clip(media() / "configured.mp4", "320x240", 1);
  make_clip(folder_ / "given" / "clip.mp4", "320x240", 1);
  const fs::path config = folder_.write("t.yaml", thumbnails_yaml(media(), thumbs()));
  const Result result = run_capstan({"run", config.string(), (folder_ / "given").string()});
  EXPECT_EQ(result.exit_code, 0) << result.all();
  EXPECT_EQ(files_below(thumbs()), std::set<std::string>{"clip.mp4/0.jpg"});
}

TEST_F(Thumbnails, TheSummarySaysWhatWasDone) {
  make_photo(media() / "one.jpg");
  make_photo(media() / "two.jpg");
  folder_.write("media/broken.jpg", "not a picture");
  const Result result = run_over_media();
  EXPECT_EQ(result.exit_code, 1) << result.all();
  EXPECT_FALSE(result.lines_with("broken.jpg").empty()) << result.all();
  EXPECT_FALSE(result.lines_with("2").empty()) << result.all();
}

// Further real media, where the machine has some ($CAPSTAN_MEDIA; every n-th file of them with
// $CAPSTAN_MEDIA_STEP): hundreds of odd files, each of which Capstan either turns into FFmpeg's
// frame or reports. As PNG, so that only decoding and scaling differ.
TEST_F(Thumbnails, OfRealMediaAreTheFramesThatFfmpegGives) {
  const char* real = std::getenv("CAPSTAN_MEDIA");
  if (!real) GTEST_SKIP() << "CAPSTAN_MEDIA names no folder";
  const char* step = std::getenv("CAPSTAN_MEDIA_STEP");
  const int n_step = step ? std::max(1, std::atoi(step)) : 1;
  int number = 0;
  for (const std::string& name : files_below(real)) {
    if (number++ % n_step != 0) continue;
    fs::create_directories((media() / name).parent_path());
    fs::create_symlink(fs::path(real) / name, media() / name);
  }
  const fs::path config = folder_.write("t.yaml", thumbnails_yaml(media(), thumbs(), "png"));
  const Result result = run_capstan({"run", config.string()});
  EXPECT_TRUE(result.exit_code == 0 || result.exit_code == 1) << result.all();
  int n_compared = 0;
  for (const std::string& name : files_below(media())) {
    const fs::path reference = folder_ / "reference.png";
    const bool is_media = make_reference(media() / name, reference);
    if (!fs::exists(thumb_of(name, "0.png"))) {
      // Reported, then: in the summary under its name.
      EXPECT_FALSE(result.lines_with(fs::path(name).filename().string()).empty())
          << name << ": neither a thumbnail nor a failure";
    } else if (is_media) {
      ++n_compared;
      EXPECT_GE(psnr_db(thumb_of(name, "0.png"), reference), kSameDb) << name;
    }
  }
  std::printf("compared %d thumbnails\n", n_compared);
}

}  // namespace
}  // namespace e2e
