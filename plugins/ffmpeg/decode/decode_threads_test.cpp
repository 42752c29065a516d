// Codecs with threads of their own: how many there are, and that nothing else changes.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "bare_decode.hpp"

namespace capstan::ffmpeg {

namespace {

class SpareContext final : public BareContext {
 public:
  unsigned n_spare_workers() const noexcept override { return 3; }
};

/// Threads that this process has got since `before`, while a first frame of the input is out.
std::ptrdiff_t n_threads_while_decoding(const std::string& name, const Values& values) {
  const auto n_now = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
  };
  const std::ptrdiff_t n_before = n_now();
  Options options(kDecodeOptions, std::size(kDecodeOptions));
  for (const auto& [option, texts] : values) options.set(option, texts);
  SpareContext context;
  DecodeStage stage(context, options);
  Item out;
  EXPECT_EQ(stage.begin(file_item(sample(name)), out), Step::more);
  return n_now() - n_before;
}

/// All lines, the failure last.
std::vector<std::string> report_of(const std::string& name, const Values& options) {
  StageHarness stage(capstan_plugin, "decode", options);
  std::string failure;
  try {
    stage.feed(file_item(sample(name)));
  } catch (const StageFailed& thrown) {
    failure = thrown.what();
  }
  std::vector<std::string> report = stage.log_lines();
  report.push_back(failure);
  return report;
}

}  // namespace

TEST(CodecThreads, AreThoseOfIdleWorkers) {
  EXPECT_EQ(n_threads_while_decoding("clip.mp4", {}), 4);
  EXPECT_EQ(n_threads_while_decoding("clip.mp4", {{"video.count", {"8"}}}), 4);
}

TEST(CodecThreads, AreAsManyAsAskedFor) {
  EXPECT_EQ(n_threads_while_decoding("clip.mp4", {{"video.threads", {"2"}}}), 2);
  EXPECT_EQ(n_threads_while_decoding("clip.mp4", {{"video.threads", {"1"}}}), 0);
}

TEST(CodecThreads, AreNotMadeForImagesAndSinglePlaces) {
  EXPECT_EQ(n_threads_while_decoding("alpha.png", {}), 0);
  EXPECT_EQ(n_threads_while_decoding("photo.webp", {}), 0);
  EXPECT_EQ(n_threads_while_decoding("clip.mp4", {{"video.at", {"50%"}}}), 0);
}

TEST(CodecThreads, ChangeNoFrame) {
  for (const char* name : {"clip.mp4", "clip.mkv", "clip.ts", "clip.264", "clip.webm", "clip.avi",
                           "ten_bit.mkv", "faststart.mp4", "damaged.mp4"}) {
    for (const Values& rule :
         {Values{}, Values{{"video.every", {"7"}}}, Values{{"video.count", {"5"}}}}) {
      Values options = rule;
      options["on_corrupt"] = {"conceal"};
      options["video.threads"] = {"1"};
      const Outcome one = run_decode(file_item(sample(name)), options);
      options["video.threads"] = {"4"};
      const Outcome four = run_decode(file_item(sample(name)), options);
      EXPECT_EQ(one.sums, four.sums) << name;
      EXPECT_EQ(one.pts, four.pts) << name;
      EXPECT_FALSE(one.sums.empty()) << name;
    }
  }
}

TEST(CodecThreads, DamageIsReportedAsWithoutThem) {
  for (const char* name : {"damaged.mp4", "truncated.mkv", "clip.mp4"}) {
    EXPECT_EQ(report_of(name, {{"video.threads", {"1"}}}).back(),
              report_of(name, {{"video.threads", {"4"}}}).back())
        << name;
  }
}

TEST(CodecThreads, WhatTheySayReachesTheLogOfTheStage) {
  const auto report = report_of("damaged.mp4", {{"video.threads", {"4"}}});
  const auto is_of_ffmpeg = [](const std::string& line) {
    return line.starts_with("debug: ffmpeg: ");
  };
  EXPECT_TRUE(std::any_of(report.begin(), report.end(), is_of_ffmpeg));
}

}  // namespace capstan::ffmpeg
