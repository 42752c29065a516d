// The filter stage against the ffmpeg tool: every frame and its time.
#include <gtest/gtest.h>

#include "../test_support.hpp"

namespace capstan::ffmpeg {

namespace {

/// What `filter` makes of items of one job.
std::vector<Item> filtered(std::vector<Item> items, const std::string& graph) {
  StageHarness stage(capstan_plugin, "filter", {{"graph", {graph}}});
  std::vector<Item> outputs;
  for (Item& item : items) {
    for (Item& out : stage.feed(std::move(item))) outputs.push_back(std::move(out));
  }
  for (Item& out : stage.finish()) outputs.push_back(std::move(out));
  return outputs;
}

/// The framemd5 text of frames.
std::string hashed(const std::vector<Item>& items, const Values& options = {}) {
  StageHarness stage(capstan_plugin, "hash", options);
  for (const Item& item : items) stage.feed(item);
  return std::string(stage.finish().at(0).get<Bytes>().buffer().text());
}

std::string told(const std::filesystem::path& file, const std::vector<std::string>& after) {
  std::vector<std::string> command = {"ffmpeg", "-nostdin", "-v", "error", "-copyts", "-i"};
  command.push_back(file.string());
  command.insert(command.end(), after.begin(), after.end());
  command.insert(command.end(), {"-f", "framemd5", "-"});
  return run(command);
}

std::string refusal_of(const std::string& graph) {
  try {
    const StageHarness stage(capstan_plugin, "filter", {{"graph", {graph}}});
    return "none";
  } catch (const std::invalid_argument& fault) {
    return fault.what();
  }
}

std::string failure_of(std::vector<Item> items, const std::string& graph) {
  try {
    filtered(std::move(items), graph);
    return "none";
  } catch (const StageFailed& failure) {
    return failure.what();
  }
}

std::vector<Item> video_of(const std::string& name) { return decode(file_item(sample(name))); }
std::vector<Item> audio_of(const std::string& name) {
  return decode(file_item(sample(name)), {{"streams", {"audio"}}});
}

struct Case {
  const char* file;
  const char* graph;
  const char* time_base;  ///< the tool's: of the rate that comes out
};

}  // namespace

TEST(Filter, VideoComesOutAsFromTheTool) {
  const Case cases[] = {
      {"clip.mp4", "hflip,scale=160:-1", "1/25"},
      {"clip.mp4", "crop=100:80:10:20,pad=120:100:10:10:red", "1/25"},
      {"clip.mp4", "yadif=deint=all", "1/25"},
      {"clip.mkv", "fps=10", "1/10"},
      {"vfr.mp4", "fps=50", "1/50"},
      {"clip.mp4", "setpts=2*PTS", "1/25"},
      {"clip.mp4", "select=not(mod(n\\,3))", "1/25"},
      {"clip.mp4", "reverse", "1/25"},
      {"clip.mp4", "trim=start=1:end=2", "1/25"},
      {"clip.mp4", "[x]split[a][b];[b]hflip[c];[a][c]hstack[y]", "1/25"},
      {"ten_bit.mkv", "format=yuv420p,unsharp", "1/25"},
      {"animated.gif", "split[a][b];[a]palettegen[p];[b][p]paletteuse", "1/5"},
      {"clip.mp4", "tblend=all_mode=difference,eq=contrast=1.5", "1/25"},
  };
  for (const Case& test : cases) {
    EXPECT_EQ(hashed(filtered(video_of(test.file), test.graph), {{"time_base", {test.time_base}}}),
              told(sample(test.file), {"-map", "0:v:0", "-vf", test.graph, "-fps_mode",
                                       "passthrough", "-enc_time_base", test.time_base}))
        << test.file << " " << test.graph;
  }
}

TEST(Filter, SoundComesOutAsFromTheTool) {
  const std::pair<Case, const char*> cases[] = {
      {{"clip.mp4", "volume=0.5", ""}, "pcm_f32le"},
      {{"clip.mkv", "aresample=16000", ""}, "pcm_f32le"},
      {{"tone.wav", "aformat=flt:16000:mono", ""}, "pcm_f32le"},
      {{"clip.mp4", "loudnorm", ""}, "pcm_f64le"},
      {{"tone.flac", "atempo=2,areverse", ""}, "pcm_s16le"},
      {{"tone.wav", "asplit[a][b];[a][b]amerge", ""}, "pcm_s16le"},
  };
  for (const auto& [test, codec] : cases) {
    EXPECT_EQ(hashed(filtered(audio_of(test.file), test.graph)),
              told(sample(test.file), {"-map", "0:a:0", "-af", test.graph, "-c:a", codec}))
        << test.file << " " << test.graph;
  }
}

TEST(Filter, SoundBecomesPictures) {
  for (const char* graph : {"showwavespic=s=320x120", "showspectrumpic=s=320x120:legend=0",
                            "showwaves=s=160x120:rate=25"}) {
    const std::vector<Item> pictures = filtered(audio_of("clip.mp4"), graph);
    ASSERT_FALSE(pictures.empty()) << graph;
    EXPECT_EQ(
        hashed(pictures, {{"time_base", {"1/25"}}}),
        told(sample("clip.mp4"), {"-filter_complex", "[0:a:0]" + std::string(graph) + "[v]", "-map",
                                  "[v]", "-fps_mode", "passthrough", "-enc_time_base", "1/25"}))
        << graph;
  }
}

TEST(Filter, TimesAreInUnitsOfTheGraph) {
  const std::vector<Item> frames = filtered(video_of("clip.mkv"), "fps=10");
  ASSERT_GT(frames.size(), 2U);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const auto& frame = frames[i].get<VideoFrame>();
    EXPECT_EQ(frame.time_base, (Rational{1, 10}));
    EXPECT_EQ(frame.pts, static_cast<std::int64_t>(i));
    EXPECT_EQ(frame.duration, 1);
  }
  const std::vector<Item> samples = filtered(audio_of("clip.mkv"), "aresample=8000");
  EXPECT_EQ(samples.at(0).get<AudioFrame>().time_base, (Rational{1, 8000}));
}

TEST(Filter, FramesPassWithoutACopy) {
  std::vector<Item> items = video_of("photo.jpg");
  const std::byte* pixels = items.at(0).get<VideoFrame>().planes[0].data;
  const std::vector<Item> out = filtered(std::move(items), "crop=100:100:0:0");
  EXPECT_EQ(out.at(0).get<VideoFrame>().planes[0].data, pixels);
}

TEST(Filter, AFilterThatWritesLeavesAloneWhatOthersRead) {
  const std::vector<Item> items = video_of("photo.jpg");
  const std::string before = md5_of(items.at(0).get<VideoFrame>());
  const std::vector<Item> out = filtered(items, "drawbox=color=red:t=fill");
  EXPECT_NE(md5_of(out.at(0).get<VideoFrame>()), before);
  EXPECT_EQ(md5_of(items.at(0).get<VideoFrame>()), before);
}

TEST(Filter, WhatIsHeldComesOutWhenFramesChangeTheirShape) {
  std::vector<Item> items = video_of("odd_size.mp4");
  const std::size_t n_first = items.size();
  for (Item& item : video_of("animated.gif")) items.push_back(std::move(item));
  const std::vector<Item> out = filtered(items, "reverse");
  ASSERT_EQ(out.size(), items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::size_t from = i < n_first ? n_first - 1 - i : items.size() - 1 - (i - n_first);
    EXPECT_EQ(md5_of(out[i].get<VideoFrame>()), md5_of(items[from].get<VideoFrame>())) << i;
  }
}

TEST(Filter, AJobWithoutFramesGivesNothing) { EXPECT_TRUE(filtered({}, "reverse").empty()); }

TEST(Filter, ASlowGraphGivesItsManyFramesOneByOne) {
  StageHarness stage(capstan_plugin, "filter", {{"graph", {"loop=loop=-1:size=1"}}});
  stage.begin(video_of("photo.jpg").at(0));
  for (int i = 0; i < 100 && !stage.is_done(); ++i) stage.step();
  EXPECT_LE(stage.take_outputs().size(), 101U);
}

TEST(Filter, AGraphThatCannotWorkIsRefusedAtTheStart) {
  const auto expect = [](const std::string& graph, const std::string& words) {
    const std::string text = refusal_of(graph);
    EXPECT_NE(text.find("the filter graph '" + graph + "'"), std::string::npos) << text;
    EXPECT_NE(text.find(words), std::string::npos) << text;
  };
  expect("hflpi", "No such filter: 'hflpi'");
  expect("scale=widht=3", "Option 'widht' not found; Error initializing filter 'scale'");
  expect("hflip[", "");
  expect("", "");
  expect("overlay", "2 open inputs and 1 open output: expected one of each");
  expect("split", "1 open input and 2 open outputs: expected one of each");
  expect("testsrc", "0 open inputs and 1 open output: expected one of each");
  expect("nullsink", "1 open input and 0 open outputs: expected one of each");
}

TEST(Filter, FramesOfTheOtherKindFailTheJob) {
  EXPECT_EQ(failure_of(audio_of("tone.wav"), "hflip"),
            "the filter graph takes video, and this is audio");
  EXPECT_EQ(failure_of(video_of("photo.jpg"), "volume=2"),
            "the filter graph takes audio, and this is video");
}

TEST(Filter, AGraphThatDoesNotFitTheFramesFailsTheJobWithFfmpegsReason) {
  const std::string failure = failure_of(video_of("photo.jpg"), "crop=1000:1000");
  EXPECT_NE(failure.find("the filter graph could not be set up: "), std::string::npos) << failure;
  EXPECT_NE(failure.find("too big"), std::string::npos) << failure;
}

}  // namespace capstan::ffmpeg
