// Transcoding, extraction, remuxing, previews, ladders: the shipped examples, as a user would run
// them, their outputs looked at with ffprobe.
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "folder.hpp"
#include "program.hpp"

namespace e2e {
namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

class Coding : public testing::Test {
 protected:
  fs::path media() const { return folder_ / "media"; }
  fs::path output() const { return folder_ / "output"; }

  /// Four seconds of picture and sound, with a title.
  void make_film(const std::string& name) const {
    fs::create_directories(media());
    const Result result = run({"ffmpeg",
                               "-nostdin",
                               "-v",
                               "error",
                               "-y",
                               "-f",
                               "lavfi",
                               "-i",
                               "testsrc2=size=640x480:rate=25:duration=4",
                               "-f",
                               "lavfi",
                               "-i",
                               "sine=frequency=440:sample_rate=44100:duration=4",
                               "-c:v",
                               "libx264",
                               "-preset",
                               "ultrafast",
                               "-pix_fmt",
                               "yuv420p",
                               "-c:a",
                               "aac",
                               "-metadata",
                               "title=A Film",
                               "-metadata:s:a:0",
                               "language=fra",
                               (media() / name).string()});
    ASSERT_EQ(result.exit_code, 0) << result.all();
  }
  Result run_example(const std::string& name) const {
    const std::string yaml = read_file(source_folder() / "config/examples" / name);
    const fs::path config = folder_.write(name, daemon_yaml() + yaml);
    Options options;
    options.environment["CAPSTAN_OUTPUT"] = output().string();
    return run_capstan({"run", config.string(), media().string()}, options);
  }
  Lines probe(const std::string& name, const std::string& entries) const {
    const Result result = run({"ffprobe", "-v", "error", "-show_entries", entries, "-of", "csv=p=0",
                               (output() / name).string()});
    Lines lines;
    std::istringstream stream(result.out);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
  }

  Folder folder_;
};

TEST_F(Coding, ATranscodedFilmIsInSyncAndKeepsItsTitle) {
  make_film("one.mp4");
  const Result result = run_example("transcode.yaml");
  EXPECT_EQ(result.exit_code, 0) << result.all();
  EXPECT_EQ(files_below(output()), std::set<std::string>{"one.mp4.mp4"});
  EXPECT_EQ(probe("one.mp4.mp4", "stream=codec_name"), (Lines{"h264", "aac"}));
  EXPECT_EQ(probe("one.mp4.mp4", "stream=width,height,channels"), (Lines{"480,360", "2"}));
  EXPECT_EQ(probe("one.mp4.mp4", "stream=nb_frames,start_time").at(0), "0.000000,100");
  const Lines durations = probe("one.mp4.mp4", "stream=duration");
  ASSERT_EQ(durations.size(), 2U);
  EXPECT_NEAR(std::stod(durations[0]), 4, 0.001);
  EXPECT_NEAR(std::stod(durations[1]), 4, 0.025) << "at most a frame of sound more";
  EXPECT_EQ(probe("one.mp4.mp4", "format_tags=title"), Lines{"A Film"});
  EXPECT_EQ(probe("one.mp4.mp4", "stream_tags=language").at(1), "fra");
  EXPECT_TRUE(is_whole(output() / "one.mp4.mp4"));
}

TEST_F(Coding, JobsSideBySideDoNotMix) {
  make_film("a.mp4");
  fs::create_hard_link(media() / "a.mp4", media() / "b.mp4");
  fs::create_hard_link(media() / "a.mp4", media() / "c.mp4");
  const Result result = run_example("transcode.yaml");
  EXPECT_EQ(result.exit_code, 0) << result.all();
  const std::string first = read_file(output() / "a.mp4.mp4");
  EXPECT_GT(first.size(), 10000U);
  EXPECT_EQ(first, read_file(output() / "b.mp4.mp4"));
  EXPECT_EQ(first, read_file(output() / "c.mp4.mp4"));
}

TEST_F(Coding, SoundIsExtracted) {
  make_film("one.mp4");
  const Result result = run_example("audio.yaml");
  EXPECT_EQ(result.exit_code, 0) << result.all();
  EXPECT_EQ(files_below(output()), std::set<std::string>{"one.mp4.m4a"});
  EXPECT_EQ(probe("one.mp4.m4a", "stream=codec_name,sample_rate,channels"), Lines{"aac,48000,2"});
}

TEST_F(Coding, ARemuxedFilmHasTheSamePackets) {
  make_film("one.mkv");
  const Result result = run_example("remux.yaml");
  EXPECT_EQ(result.exit_code, 0) << result.all();
  EXPECT_EQ(probe("one.mkv.mp4", "stream=nb_frames").at(0), "100");
  const auto checksums = [](const fs::path& path) {
    return run({"ffmpeg", "-nostdin", "-v", "error", "-i", path.string(), "-map", "0:v", "-f",
                "framemd5", "-fps_mode", "passthrough", "-"})
        .lines_with(" ")
        .size();
  };
  EXPECT_EQ(checksums(output() / "one.mkv.mp4"), checksums(media() / "one.mkv"));
}

TEST_F(Coding, APreviewMovesThroughTheWholeFilm) {
  make_film("one.mp4");
  const Result result = run_example("gif-preview.yaml");
  EXPECT_EQ(result.exit_code, 0) << result.all();
  EXPECT_EQ(probe("one.mp4.gif", "stream=codec_name,width,height"), Lines{"gif,320,240"});
  EXPECT_EQ(probe("one.mp4.gif", "frame=pict_type").size(), 10U);
}

TEST_F(Coding, ALadderHasTwoRenditionsThatPlayersCanSwitch) {
  make_film("one.mp4");
  const Result result = run_example("hls.yaml");
  EXPECT_EQ(result.exit_code, 0) << result.all();
  EXPECT_EQ(files_below(output()),
            (std::set<std::string>{"one.mp4/master.m3u8", "one.mp4/360p/index.m3u8",
                                   "one.mp4/360p/index0.ts", "one.mp4/720p/index.m3u8",
                                   "one.mp4/720p/index0.ts"}));
  EXPECT_EQ(probe("one.mp4/360p/index.m3u8", "stream=height").at(0), "360");
  EXPECT_EQ(probe("one.mp4/720p/index.m3u8", "stream=height").at(0), "720");
  const std::string master = read_file(output() / "one.mp4/master.m3u8");
  EXPECT_NE(master.find("RESOLUTION=480x360"), std::string::npos) << master;
  EXPECT_NE(master.find("\n720p/index.m3u8"), std::string::npos) << master;
  EXPECT_EQ(probe("one.mp4/master.m3u8", "format=nb_streams,nb_programs"), Lines{"4,2"});
}

TEST_F(Coding, ALadderForDashHasTwoRenditionsOfPictureAndSound) {
  make_film("one.mp4");
  const Result result = run_example("dash.yaml");
  EXPECT_EQ(result.exit_code, 0) << result.all();
  const std::set<std::string> files = files_below(output());
  EXPECT_TRUE(files.contains("one.mp4/index.mpd")) << result.all();
  EXPECT_TRUE(files.contains("one.mp4/chunk-stream3-00001.m4s")) << result.all();
  const std::string manifest = read_file(output() / "one.mp4/index.mpd");
  for (const char* part :
       {"contentType=\"video\"", "contentType=\"audio\"", "height=\"360\"", "height=\"720\""}) {
    EXPECT_NE(manifest.find(part), std::string::npos) << part << '\n' << manifest;
  }
  EXPECT_EQ(probe("one.mp4/index.mpd", "format=nb_streams"), Lines{"4"});
}

TEST_F(Coding, AFileThatIsNoFilmFailsAlone) {
  make_film("one.mp4");
  folder_.write("media/broken.mp4", "not a film");
  const Result result = run_example("transcode.yaml");
  EXPECT_EQ(result.exit_code, 1) << result.all();
  EXPECT_FALSE(result.lines_with("1 done, 1 failed").empty()) << result.all();
  EXPECT_EQ(files_below(output()), std::set<std::string>{"one.mp4.mp4"});
}

TEST_F(Coding, AWrongSettingOfACodecIsRefusedBeforeAnyJob) {
  make_film("one.mp4");
  std::string yaml = read_file(source_folder() / "config/examples/transcode.yaml");
  yaml.replace(yaml.find("veryfast"), 8, "veryfats");
  const fs::path config = folder_.write("t.yaml", daemon_yaml() + yaml);
  const Result result = run_capstan({"run", config.string(), media().string()});
  EXPECT_EQ(result.exit_code, 2) << result.all();
  EXPECT_EQ(result.lines_with("'video.options.preset' is 'veryfats', which libx264 refuses").size(),
            1U)
      << result.all();
}

}  // namespace
}  // namespace e2e
