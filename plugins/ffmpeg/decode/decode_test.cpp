#include <gtest/gtest.h>

#include <filesystem>

#include "../test_support.hpp"

namespace capstan::ffmpeg {

namespace {

const std::vector<std::string> kPassThrough = {"-map", "0:v:0", "-fps_mode", "passthrough"};

/// The picture that ffmpeg gives for a time. Asked for behind the input, so that it decodes
/// everything: its seeks are not exact in every container.
std::string tool_frame_at(const std::string& time, const std::filesystem::path& file) {
  return tool_md5({}, file, {"-ss", time, "-an", "-frames:v", "1"}).at(0);
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

class AllFrames : public testing::TestWithParam<const char*> {};

TEST_P(AllFrames, EqualWhatTheFfmpegToolDecodes) {
  const auto file = sample(GetParam());
  const auto theirs = tool_md5({"-threads", "1"}, file, kPassThrough);
  ASSERT_FALSE(theirs.empty());
  EXPECT_EQ(md5_of(decode(file_item(file))), theirs);
}

TEST_P(AllFrames, AreTheSameFromBytes) {
  const auto file = sample(GetParam());
  EXPECT_EQ(md5_of(decode(bytes_item(file))), md5_of(decode(file_item(file))));
}

INSTANTIATE_TEST_SUITE_P(Samples, AllFrames,
                         testing::Values("clip.mp4", "clip.mkv", "clip.ts", "clip.264", "clip.webm",
                                         "clip.avi", "edit_list.mp4", "rotated.mp4", "vfr.mp4",
                                         "odd_size.mp4", "ten_bit.mkv", "photo.jpg", "turned.jpg",
                                         "gray.png", "deep.png", "alpha.png", "animated.gif",
                                         "photo.webp", "cover.mp3"));

class FrameAt : public testing::TestWithParam<const char*> {};

TEST_P(FrameAt, EqualsTheOneOfTheFfmpegTool) {
  const auto file = sample(GetParam());
  const std::vector<std::string> times = {"0.02", "0.3", "0.56", "0.8"};
  std::vector<std::string> theirs, places;
  for (const std::string& time : times) {
    theirs.push_back(tool_frame_at(time, file));
    places.push_back(time + "s");
  }
  EXPECT_EQ(md5_of(decode(file_item(file), {{"video.at", places}})), theirs);
}

INSTANTIATE_TEST_SUITE_P(Samples, FrameAt,
                         testing::Values("clip.mp4", "clip.mkv", "clip.ts", "clip.webm", "clip.avi",
                                         "edit_list.mp4", "rotated.mp4", "vfr.mp4"));

TEST(FrameAtPercent, IsTheShareOfTheContainersDuration) {
  const auto file = sample("clip.mkv");  // 4.0 s and a little sound
  const auto frames = decode(file_item(file), {{"video.at", {"10%", "50%"}}});
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(md5_of(frames[0].get<VideoFrame>()), tool_frame_at("0.4023", file));
}

TEST(FrameAtPercent, WorksForStreamsWithoutADuration) {
  const auto all = md5_of(decode(file_item(sample("clip.264"))));
  const auto half = md5_of(decode(file_item(sample("clip.264")), {{"video.at", {"50%"}}}));
  ASSERT_EQ(half.size(), 1U);
  EXPECT_EQ(half[0], all.at(50));
}

TEST(FrameAtList, KeepsTheOrderOfTheListAndItsRepetitions) {
  const auto file = sample("clip.mp4");
  const auto sums = md5_of(decode(file_item(file), {{"video.at", {"3s", "1s", "1s", "3.5s"}}}));
  const std::vector<std::string> expected = {tool_frame_at("3", file), tool_frame_at("1", file),
                                             tool_frame_at("1", file), tool_frame_at("3.5", file)};
  EXPECT_EQ(sums, expected);
}

TEST(FrameAtList, GivesTheLastFrameBehindTheEnd) {
  const auto all = md5_of(decode(file_item(sample("clip.mp4"))));
  const auto late = md5_of(decode(file_item(sample("clip.mp4")), {{"video.at", {"1h", "100%"}}}));
  EXPECT_EQ(late, (std::vector<std::string>{all.back(), all.back()}));
}

TEST(FrameAtList, OfAStillImageIsTheImageAtEveryPlace) {
  const auto sums = md5_of(decode(file_item(sample("photo.jpg")), {{"video.at", {"10%", "5s"}}}));
  ASSERT_EQ(sums.size(), 2U);
  EXPECT_EQ(sums[0], sums[1]);
}

TEST(Frames, ViewTheDecodersMemoryAndTellWhatIsKnown) {
  const auto frames = decode(file_item(sample("clip.mp4")));
  const auto& first = frames.at(0).get<VideoFrame>();
  EXPECT_EQ(first.native_avutil_major, unsigned{LIBAVUTIL_VERSION_MAJOR});
  const auto* native = static_cast<const AVFrame*>(first.native);
  EXPECT_EQ(static_cast<const void*>(first.planes[0].data), native->data[0]);
  EXPECT_EQ(first.format, "yuv420p");
  EXPECT_EQ(first.width, 320);
  EXPECT_EQ(first.height, 240);
  EXPECT_EQ(first.pts, 0);
  EXPECT_TRUE(first.is_keyframe);
  EXPECT_GE(first.memory_bytes, 320U * 240 * 3 / 2);
  const auto& second = frames.at(1).get<VideoFrame>();
  EXPECT_EQ(Rational({second.pts * 25, second.time_base.den}),
            Rational({second.time_base.den, second.time_base.den}));
}

TEST(Frames, AreTurnedUprightUnlessToldNotTo) {
  const auto upright = decode(file_item(sample("turned.jpg"))).at(0);
  EXPECT_EQ(upright.get<VideoFrame>().width, 240);
  EXPECT_EQ(upright.get<VideoFrame>().height, 320);
  const auto stored = decode(file_item(sample("turned.jpg")), {{"video.rotate", {"false"}}}).at(0);
  EXPECT_EQ(stored.get<VideoFrame>().width, 320);
}

TEST(Frames, AreScaledOnRequestAsTheScaleFilterDoes) {
  const auto small =
      decode(file_item(sample("clip.mp4")), {{"video.at", {"1s"}}, {"video.size", {"100x-1"}}});
  EXPECT_EQ(md5_of(small), tool_md5({"-ss", "1"}, sample("clip.mp4"),
                                    {"-an", "-vf", "scale=100:-1", "-frames:v", "1"}));
}

TEST(Audio, GivesAllSamples) {
  int n_samples = 0;
  for (const char* name : {"tone.wav", "tone.flac"}) {
    n_samples = 0;
    for (const Item& item : decode(file_item(sample(name)), {{"streams", {"audio"}}})) {
      n_samples += item.get<AudioFrame>().n_samples;
      EXPECT_EQ(item.get<AudioFrame>().sample_rate, 44100);
    }
    EXPECT_EQ(n_samples, 44100) << name;
  }
}

TEST(Audio, ComesWithVideoWhenBothAreWanted) {
  std::size_t n_audio = 0, n_video = 0;
  for (const Item& item : decode(file_item(sample("clip.mp4")), {{"streams", {"both"}}})) {
    (item.get_if<AudioFrame>() ? n_audio : n_video) += 1;
  }
  EXPECT_EQ(n_video, 100U);
  EXPECT_GT(n_audio, 100U);
}

TEST(Audio, WithPlacesInTheVideoIsRefused) {
  EXPECT_THROW(
      StageHarness(capstan_plugin, "decode", {{"streams", {"both"}}, {"video.at", {"1s"}}}),
      std::invalid_argument);
}

TEST(BadInput, IsNamedInOneSentence) {
  const std::string known = "the input is of no media format that FFmpeg knows";
  EXPECT_EQ(decode_failure(file_item(sample("empty.mp4"))), "the file is empty (0 bytes)");
  EXPECT_EQ(decode_failure(file_item(sample("empty.jpg"))), "the file is empty (0 bytes)");
  EXPECT_EQ(decode_failure(file_item(sample("."))), "the input is a folder, not a file");
  EXPECT_EQ(decode_failure(file_item("/dev/zero")), "the input is not a regular file");
  EXPECT_EQ(decode_failure(file_item(sample("no_such.mp4"))),
            "the file cannot be read: No such file or directory");
  EXPECT_EQ(decode_failure(file_item(sample("text.mp4"))),
            "the input could not be opened: moov atom not found");
  EXPECT_EQ(decode_failure(bytes_item(sample("text.mp4"))), known);
  EXPECT_EQ(
      decode_failure(file_item("https://example.org/clip.mp4")),
      "the input is a URL (https://), and 'inputs.allow' does not name 'https://example.org': "
      "put a fetch stage before decode");
  EXPECT_EQ(decode_failure(file_item(sample("tone.wav"))),
            "there is no video in it, only audio (streams: audio reads that)");
}

TEST(BadInput, CutShortFailsAfterItsFramesWereGiven) {
  for (const char* name : {"truncated.mp4", "truncated.mkv"}) {
    StageHarness stage(capstan_plugin, "decode");
    try {
      stage.feed(file_item(sample(name)));
      FAIL() << name << " passed as whole";
    } catch (const StageFailed& failure) {
      EXPECT_TRUE(contains(failure.what(), "the input is truncated")) << failure.what();
    }
    EXPECT_GT(stage.take_outputs().size(), 20U);
  }
}

TEST(BadInput, CutShortGivesThePlacesBeforeTheCutAndFailsBehindIt) {
  const auto file = sample("truncated.mp4");
  const auto early = md5_of(decode(file_item(file), {{"video.at", {"10%"}}}));
  EXPECT_EQ(early, md5_of(decode(file_item(sample("faststart.mp4")), {{"video.at", {"10%"}}})));
  const std::string late = decode_failure(file_item(file), {{"video.at", {"90%"}}});
  EXPECT_TRUE(contains(late, "no frame at 90%: the input is truncated")) << late;
}

TEST(BadInput, IsConcealedOnRequest) {
  StageHarness stage(capstan_plugin, "decode", {{"on_corrupt", {"conceal"}}});
  EXPECT_GT(stage.feed(file_item(sample("truncated.mkv"))).size(), 20U);
  EXPECT_TRUE(contains(stage.log_lines().back(), "warn: the input is truncated"));
}

TEST(BadInput, HalfAPhotoIsDamaged) {
  EXPECT_TRUE(
      contains(decode_failure(file_item(sample("truncated.jpg"))), "1 of 1 frame with errors"));
}

TEST(Damage, IsReportedInNumbersAfterAllFramesWereGiven) {
  StageHarness stage(capstan_plugin, "decode");
  try {
    stage.feed(file_item(sample("damaged.mp4")));
    FAIL() << "passed as whole";
  } catch (const StageFailed& failure) {
    EXPECT_TRUE(contains(failure.what(), "of 100 frames with errors")) << failure.what();
  }
  EXPECT_EQ(stage.take_outputs().size(), 100U);
}

TEST(Damage, IsLeftOutOnRequest) {
  StageHarness stage(capstan_plugin, "decode", {{"on_corrupt", {"skip"}}});
  const auto given = md5_of(stage.feed(file_item(sample("damaged.mp4"))));
  const auto whole = md5_of(decode(file_item(sample("faststart.mp4"))));
  const std::string warning = stage.log_lines().back();
  ASSERT_LT(given.size(), whole.size());
  EXPECT_TRUE(contains(warning, std::to_string(100 - given.size()) + " frames left out") ||
              contains(warning, "1 frame left out"))
      << warning;
  EXPECT_EQ(given.front(), whole.front());
  EXPECT_EQ(given.back(), whole.back());
}

TEST(Damage, OfAFrameThatIsWantedFailsTheJobAndOthersDoNot) {
  const auto file = file_item(sample("damaged.mp4"));
  EXPECT_EQ(decode(file, {{"video.at", {"0s", "3.9s"}}}).size(), 2U);
  std::vector<std::string> places;
  for (int i = 0; i < 100; ++i) places.push_back(std::to_string(i * 40) + "ms");
  EXPECT_TRUE(contains(decode_failure(file, {{"video.at", places}}), "with errors"));
  EXPECT_LT(decode(file, {{"video.at", places}, {"on_corrupt", {"skip"}}}).size(), 100U);
}

TEST(BadInput, ThatPointsToOtherFilesIsRefused) {
  for (const char* name : {"playlist.m3u8", "list.ffconcat"}) {
    const std::string reason = decode_failure(file_item(sample(name)));
    EXPECT_TRUE(contains(reason, "other files, which are not opened")) << name << ": " << reason;
  }
}

TEST(Limits, RefusePicturesWithTooManyPixels) {
  EXPECT_NE(decode_failure(file_item(sample("photo.jpg")), {{"video.max_pixels", {"1000"}}}), "");
  EXPECT_NE(decode_failure(file_item(sample("clip.mp4")), {{"video.max_pixels", {"1000"}}}), "");
}

TEST(DecoderOptions, AreThoseOfTheTool) {
  const auto file = sample("clip.avi");
  const auto theirs = tool_md5({"-threads", "1", "-idct", "int"}, file, kPassThrough);
  EXPECT_EQ(md5_of(decode(file_item(file), {{"video.options", {"idct=int"}}})), theirs);
  EXPECT_NE(md5_of(decode(file_item(file))), theirs);
}

TEST(DecoderOptions, ThatAreWrongAreNamed) {
  const auto clip = file_item(sample("clip.mp4"));
  EXPECT_EQ(decode_failure(clip, {{"video.options", {"warp=9"}}}),
            "the decoder h264 has no option 'warp'");
  EXPECT_EQ(decode_failure(clip, {{"video.options", {"idct=warp"}}}),
            "the decoder h264 does not take 'warp' for 'idct'");
  EXPECT_THROW(StageHarness(capstan_plugin, "decode", {{"video.options", {"idct"}}}),
               std::invalid_argument);
}

TEST(FfmpegsLog, IsLimitedForEachItem) {
  StageHarness stage(capstan_plugin, "decode", {{"on_corrupt", {"conceal"}}});
  stage.feed(file_item(sample("noise.mp4")));
  const auto lines = stage.log_lines();
  const auto n = std::count_if(lines.begin(), lines.end(),
                               [](const auto& line) { return contains(line, "ffmpeg: "); });
  EXPECT_EQ(n, 51);
  EXPECT_TRUE(std::any_of(lines.begin(), lines.end(), [](const auto& line) {
    return contains(line, "further lines were left out");
  }));
}

TEST(Limits, NameThemselves) {
  const auto clip = file_item(sample("clip.mp4"));
  EXPECT_EQ(decode_failure(clip, {{"max_streams", {"1"}}}),
            "the input has 2 streams, more than max_streams: 1");
  EXPECT_EQ(decode_failure(file_item(sample("clip.ts")), {{"max_duration", {"1s"}}}),
            "the input lasts 4s, longer than max_duration: 1s");
  EXPECT_TRUE(contains(decode_failure(clip, {{"max_bytes", {"1KiB"}}}),
                       "bytes, more than max_bytes: 1024"));
  EXPECT_TRUE(contains(decode_failure(bytes_item(sample("clip.mp4")), {{"max_bytes", {"1KiB"}}}),
                       "bytes, more than max_bytes: 1024"));
  EXPECT_EQ(decode_failure(clip, {{"max_time", {"1ns"}}}),
            "decoding took longer than max_time: 1ns");
}

TEST(Limits, OfFramesHoldForAllAndForSampledOnes) {
  const std::string reason = "the input has more frames than max_frames: 99";
  const auto clip = file_item(sample("clip.mp4"));
  EXPECT_EQ(decode_failure(clip, {{"max_frames", {"99"}}}), reason);
  EXPECT_EQ(decode_failure(clip, {{"max_frames", {"99"}}, {"video.count", {"2"}}}), reason);
  EXPECT_EQ(decode(clip, {{"max_frames", {"100"}}}).size(), 100U);
}

TEST(Names, WithPatternSignsAreReadLiterally) {
  EXPECT_EQ(md5_of(decode(file_item(sample("frame%03d.jpg")))),
            md5_of(decode(file_item(sample("photo.jpg")))));
}

TEST(Names, OfBytesDoNotMakeTheStageOpenFiles) {
  const auto items = decode(bytes_item(sample("photo.jpg"), "/etc/frame%d.jpg"));
  EXPECT_EQ(md5_of(items), md5_of(decode(file_item(sample("photo.jpg")))));
}

TEST(Cancellation, EndsTheItemBetweenFrames) {
  StageHarness stage(capstan_plugin, "decode");
  stage.begin(file_item(sample("clip.mp4")));
  EXPECT_EQ(stage.take_outputs().size(), 1U);
  stage.cancel();
  EXPECT_TRUE(stage.is_done());
}

TEST(Frames, OutliveTheStageThatMadeThem) {
  std::vector<Item> frames;
  {
    StageHarness stage(capstan_plugin, "decode");
    frames = stage.feed(file_item(sample("clip.mp4")));
  }
  EXPECT_EQ(md5_of(frames).size(), 100U);
}

TEST(Decode, ScalesFitsCropsAndConvertsAsScaleDoes) {
  const struct {
    std::string name;
    const char* value;
  } cases[] = {{"size", "100x100"}, {"crop", "100x80+3+5"}, {"format", "rgb24"}};
  Values decoding{{"video.at", {"1s"}}}, scaling;
  for (const char* fit : {"stretch", "contain", "cover"}) {
    for (const char* filter : {"bicubic", "bilinear"}) {
      for (const auto& [name, value] : cases) {
        decoding["video." + name] = {value};
        scaling[name] = {value};
      }
      decoding["video.fit"] = scaling["fit"] = {fit};
      decoding["video.filter"] = scaling["filter"] = {filter};
      const Item whole = decode(file_item(sample("clip.mp4")), {{"video.at", {"1s"}}}).at(0);
      EXPECT_EQ(md5_of(decode(file_item(sample("clip.mp4")), decoding)),
                md5_of(scale(whole, scaling)))
          << fit << " " << filter;
    }
  }
}

TEST(Decode, NamesItsOwnOptionWhenACropDoesNotFit) {
  EXPECT_EQ(decode_failure(file_item(sample("clip.mp4")), {{"video.crop", {"1000x10"}}}),
            "'video.crop' of 1000x10 at -340,115 is not inside a picture of 320x240");
  EXPECT_THROW(StageHarness(capstan_plugin, "decode", {{"video.crop", {"10"}}}),
               std::invalid_argument);
}

TEST(Decode, CropsPicturesThatAreUpright) {
  const auto item = file_item(sample("rotated.mp4"));
  const Item frame = decode(item, {{"video.at", {"0s"}}, {"video.crop", {"200x300"}}}).at(0);
  EXPECT_EQ(frame.get<VideoFrame>().width, 200);
  EXPECT_EQ(frame.get<VideoFrame>().height, 300);
}

}  // namespace capstan::ffmpeg
