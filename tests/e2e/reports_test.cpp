// What pipelines tell about media instead of making some: the shipped examples, as a user would
// run them.
#include <gtest/gtest.h>

#include "folder.hpp"
#include "program.hpp"

namespace e2e {
namespace {

namespace fs = std::filesystem;

class Reports : public testing::Test {
 protected:
  fs::path media() const { return folder_ / "media"; }
  fs::path output() const { return folder_ / "output"; }

  Result run_example(const std::string& name) const {
    const std::string yaml = read_file(source_folder() / "config" / "examples" / name);
    const fs::path config = folder_.write(name, daemon_yaml() + yaml);
    Options options;
    options.environment["CAPSTAN_OUTPUT"] = output().string();
    return run_capstan({"run", config.string(), media().string()}, options);
  }
  void make_tone(const std::string& name) const {
    fs::create_directories(media());
    ASSERT_EQ(run({"ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i",
                   "sine=frequency=440:duration=1", (media() / name).string()})
                  .exit_code,
              0);
  }

  Folder folder_;
};

TEST_F(Reports, AWaveformIsThePictureThatFfmpegDraws) {
  make_tone("tone.wav");
  const Result result = run_example("waveform.yaml");
  EXPECT_EQ(result.exit_code, 0) << result.all();
  EXPECT_EQ(files_below(output()), (std::set<std::string>{"tone.wav.png"}));
  const std::string theirs = (folder_ / "theirs.png").string();
  ASSERT_EQ(
      run({"ffmpeg", "-nostdin", "-v", "error", "-i", (media() / "tone.wav").string(),
           "-filter_complex", "showwavespic=size=800x160:colors=#3070c0", "-frames:v", "1", theirs})
          .exit_code,
      0);
  EXPECT_EQ(psnr_db(output() / "tone.wav.png", theirs), 100);
}

TEST_F(Reports, ProbeWritesJsonBesideEachOther) {
  make_clip(media() / "deep" / "clip.mp4", "320x240", 1);
  folder_.write("media/broken.mp4", "not a film");
  const Result result = run_example("probe.yaml");
  EXPECT_EQ(result.exit_code, 1) << result.all();
  EXPECT_FALSE(result.lines_with("1 done, 1 failed").empty()) << result.all();
  EXPECT_EQ(files_below(output()), (std::set<std::string>{"deep/clip.mp4.json"}));
  EXPECT_NE(read_file(output() / "deep/clip.mp4.json").find("\"width\": 320,"), std::string::npos);
}

TEST_F(Reports, Framemd5IsTheTextThatFfmpegWrites) {
  make_clip(media() / "clip.mp4", "320x240", 1);
  const Result result = run_example("framemd5.yaml");
  EXPECT_EQ(result.exit_code, 0) << result.all();
  const Result theirs = run({"ffmpeg", "-nostdin", "-v", "error", "-copyts", "-i",
                             (media() / "clip.mp4").string(), "-map", "0:v:0", "-fps_mode",
                             "passthrough", "-enc_time_base", "-1", "-f", "framemd5", "-"});
  EXPECT_EQ(read_file(output() / "clip.mp4.framemd5"), theirs.out);
}

TEST_F(Reports, AFilterThatDoesNotExistIsAnErrorOfItsLine) {
  const std::string before = daemon_yaml();
  const fs::path config = folder_.write(
      "bad.yaml", before +
                      "pipelines:\n  p:\n    stages:\n      - use: files\n"
                      "        with: { path: x }\n      - use: decode\n      - use: filter\n"
                      "        with: { graph: hflpi }\n      - use: encode\n");
  const auto line = std::to_string(std::count(before.begin(), before.end(), '\n') + 7);
  const Result result = run_capstan({"check", config.string()});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_FALSE(result
                   .lines_with(config.string() + ":" + line +
                               ":9: stage 'filter': the filter "
                               "graph 'hflpi' is refused: No such filter: 'hflpi'")
                   .empty())
      << result.all();
}

}  // namespace
}  // namespace e2e
