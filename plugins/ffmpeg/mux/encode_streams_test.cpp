// Frames to compressed streams: `encode_streams`, looked at with ffprobe and the ffmpeg tool.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "../av/frame_origin.hpp"
#include "coding_support.hpp"

namespace capstan::ffmpeg {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Values kH264 = {{"video.codec", {"libx264"}}, {"video.options", {"preset=ultrafast"}}};
const Values kBoth = {{"video.codec", {"libx264"}},
                      {"video.options", {"preset=ultrafast"}},
                      {"audio.codec", {"aac"}}};
const Values kMp4 = {{"format", {"mp4"}}};

std::string failure_of(const std::function<void()>& call) {
  try {
    call();
    return {};
  } catch (const StageFailed& failed) {
    return failed.what();
  }
}

/// All but its format tags and so on, of a clip that was decoded, encoded and put into MP4.
std::vector<Item> to_mp4(const std::string& input, const Values& encode) {
  return transcode(file_item(sample(input)), {{"streams", {"both"}}}, encode, kMp4);
}

TEST(EncodeStreams, AFilmKeepsItsFramesItsTimesAndItsSound) {
  const auto files = to_mp4("clip.mp4", kBoth);
  const std::string path = path_of(files.at(0));
  EXPECT_THAT(probe(path, "stream=codec_name"), ElementsAre("h264", "aac"));
  const auto times = [](const std::string& file) {
    return probe(file, "frame=pts_time", {"-select_streams", "v"});
  };
  EXPECT_EQ(times(path), times(sample("clip.mp4").string()));
  EXPECT_EQ(times(path).size(), 100U);
  const TestFolder folder;
  run({"ffmpeg", "-nostdin", "-v", "error", "-i", sample("clip.mp4").string(), "-preset",
       "ultrafast", folder / "tool.mp4"});
  const auto entries = "stream=start_time,duration,avg_frame_rate";
  EXPECT_EQ(probe(path, entries), probe(folder / "tool.mp4", entries));
}

TEST(EncodeStreams, TimesOfVariableFrameRateAreKept) {
  const auto files = to_mp4("vfr.mp4", kH264);
  const auto times = [](const std::string& file) { return probe(file, "frame=pts_time"); };
  EXPECT_EQ(times(path_of(files.at(0))), times(sample("vfr.mp4").string()));
}

TEST(EncodeStreams, ASourceThatDoesNotBeginAtZeroIsMovedThere) {
  ASSERT_THAT(probe(sample("clip.ts").string(), "format=start_time"), ElementsAre("1.480000"));
  const auto files = to_mp4("clip.ts", kH264);
  EXPECT_THAT(probe(path_of(files.at(0)), "format=start_time"), ElementsAre("0.000000"));
  EXPECT_EQ(probe(path_of(files.at(0)), "frame=pts_time").size(), 100U);
}

TEST(EncodeStreams, LosslessSoundIsSampleForSampleWhatTheToolDecodes) {
  for (const char* input : {"tone.wav", "clip.mp4", "cover.mp3", "tone.flac"}) {
    const std::string expected = sound_md5(sample(input).string());
    for (const auto& [codec, format] :
         {std::pair("flac", "flac"), std::pair("pcm_s32le", "wav"), std::pair("flac", "mkv")}) {
      // FLAC has 16 or 24 bits: floats that were decoded lose some, in the tool as well.
      if (codec == std::string("flac") && input[0] == 'c') continue;
      const auto files = transcode(file_item(sample(input)), {{"streams", {"audio"}}},
                                   {{"audio.codec", {codec}}}, {{"format", {format}}});
      EXPECT_EQ(sound_md5(path_of(files.at(0))), expected) << input << " as " << codec;
    }
  }
}

TEST(EncodeStreams, LossySoundAsFlacIsWhatTheToolMakesOfIt) {
  const TestFolder folder;
  run({"ffmpeg", "-nostdin", "-v", "error", "-i", sample("clip.mp4").string(), "-vn", "-c:a",
       "flac", "-sample_fmt", "s16", folder / "tool.flac"});
  const auto files =
      transcode(file_item(sample("clip.mp4")), {{"streams", {"audio"}}},
                {{"audio.codec", {"flac"}}, {"audio.format", {"s16"}}}, {{"format", {"flac"}}});
  EXPECT_EQ(sound_md5(path_of(files.at(0))), sound_md5(folder / "tool.flac"));
}

TEST(EncodeStreams, SoundIsResampledAndSpreadToChannels) {
  const auto files =
      transcode(file_item(sample("tone.wav")), {{"streams", {"audio"}}},
                {{"audio.codec", {"aac"}}, {"audio.rate", {"48000"}}, {"audio.channels", {"2"}}},
                {{"format", {"m4a"}}});
  const std::string path = path_of(files.at(0));
  EXPECT_THAT(probe(path, "stream=sample_rate,channels,channel_layout,start_time,duration"),
              ElementsAre("48000,2,stereo,0.000000,1.000000"));
}

TEST(EncodeStreams, AHoleInTheSoundIsFilledAndAnOverlapIsCut) {
  const auto n_samples_after_shift = [](std::int64_t shift) {
    auto frames = decode(file_item(sample("tone.wav")), {{"streams", {"audio"}}});
    for (std::size_t i = frames.size() / 2; i < frames.size(); ++i) {
      frames[i].get_writable<AudioFrame>()->pts += shift;
    }
    const auto files =
        run_job("mux", {{"format", {"wav"}}},
                run_job("encode_streams", {{"audio.codec", {"pcm_s16le"}}}, std::move(frames)));
    return probe(path_of(files.at(0)), "stream=duration_ts").at(0);
  };
  EXPECT_EQ(n_samples_after_shift(0), "44100");
  EXPECT_EQ(n_samples_after_shift(44100), "88200");
  EXPECT_EQ(n_samples_after_shift(-11025), "33075");
  EXPECT_EQ(n_samples_after_shift(100), "44100") << "a container's rounding is no hole";
}

TEST(EncodeStreams, SoundThatChangesItsFormGoesOn) {
  auto frames = decode(file_item(sample("tone.wav")), {{"streams", {"audio"}}});
  auto more = decode(file_item(sample("clip.mp4")), {{"streams", {"audio"}}});
  for (Item& item : more) {
    item.get_writable<AudioFrame>()->pts += 44100;
    frames.push_back(std::move(item));
  }
  const auto files =
      run_job("mux", {{"format", {"wav"}}},
              run_job("encode_streams", {{"audio.codec", {"pcm_s16le"}}}, std::move(frames)));
  EXPECT_THAT(probe(path_of(files.at(0)), "stream=duration"), ElementsAre("5.017052"));
}

TEST(EncodeStreams, PicturesOfAnotherSizeAreScaledToTheFirst) {
  auto frames = decode(file_item(sample("clip.webm")));
  const std::size_t n_frames = frames.size();
  auto larger = decode(file_item(sample("odd_size.mp4")));
  for (Item& item : larger) {
    AvFramePtr frame = to_av_frame(item.get<VideoFrame>());
    frame->pts = static_cast<std::int64_t>(frames.size()) * 40;  // WebM counts milliseconds
    frames.push_back(item.with(wrap_video_frame(std::move(frame), {1, 1000})));
  }
  const std::size_t n_all = frames.size();
  ASSERT_GT(n_all, n_frames);
  const auto files = run_job("mux", kMp4, run_job("encode_streams", kH264, std::move(frames)));
  const auto sizes = probe(path_of(files.at(0)), "frame=width,height");
  EXPECT_EQ(sizes, std::vector<std::string>(n_all, "320,240"));
}

TEST(EncodeStreams, OddSidesFitChromaThatIsHalved) {
  const auto size_of = [](const char* format) {
    Values options = kH264;
    options["video.format"] = {format};
    const auto files =
        transcode(file_item(sample("bt709.mp4")), {{"video.size", {"161x121"}}}, options, kMp4);
    return probe(path_of(files.at(0)), "stream=width,height");
  };
  EXPECT_THAT(size_of("yuv420p"), ElementsAre("160,120"));
  EXPECT_THAT(size_of("yuv422p"), ElementsAre("160,121"));
  EXPECT_THAT(size_of("yuv444p"), ElementsAre("161,121"));
}

TEST(EncodeStreams, ColoursAndAspectAreKept) {
  const auto entries = "stream=pix_fmt,color_space,color_range,sample_aspect_ratio";
  EXPECT_EQ(probe(path_of(to_mp4("bt709.mp4", kH264).at(0)), entries),
            probe(sample("bt709.mp4").string(), entries));
  const auto deep = probe(path_of(to_mp4("ten_bit.mkv", kH264).at(0)), "stream=pix_fmt");
  EXPECT_THAT(deep, ElementsAre("yuv420p10le"));
}

TEST(EncodeStreams, KeyframesComeWhereSegmentsBegin) {
  Values options = kH264;
  options["video.keyframes"] = {"1s"};
  const auto files = transcode(file_item(sample("clip.mp4")), {}, options, kMp4);
  EXPECT_THAT(probe(path_of(files.at(0)), "frame=pts_time",
                    {"-select_streams", "v", "-skip_frame", "nokey"}),
              ElementsAre("0.000000", "1.000000", "2.000000", "3.000000"));
}

TEST(EncodeStreams, AFrameRateGivesFramesNewTimes) {
  auto frames = decode(file_item(sample("clip.mp4")), {{"video.at", {"10%", "50%", "20%"}}});
  const auto files = run_job(
      "mux", {{"format", {"gif"}}},
      run_job("encode_streams", {{"video.codec", {"gif"}}, {"video.frame_rate", {"2"}}}, frames));
  EXPECT_THAT(probe(path_of(files.at(0)), "frame=pts_time"),
              ElementsAre("0.000000", "0.500000", "1.000000"));
}

TEST(EncodeStreams, FramesThatAreNotLaterAreLeftOutAndToldOf) {
  auto frames = decode(file_item(sample("clip.mp4")), {{"video.at", {"10%", "10%", "20%"}}});
  StageHarness stage(capstan_plugin, "encode_streams", kH264);
  std::size_t n_packets = 0;
  for (Item& frame : frames) n_packets += stage.feed(std::move(frame)).size();
  EXPECT_EQ(n_packets + stage.finish().size(), 2U);
  EXPECT_EQ(stage.log_lines().back(),
            "warn: 1 frames were left out: they were not later than the one before");
}

TEST(EncodeStreams, AnInputWithoutSoundHasOneStream) {
  const auto files = to_mp4("clip.ts", kBoth);
  EXPECT_THAT(probe(path_of(files.at(0)), "stream=codec_type"), ElementsAre("video"));
}

TEST(EncodeStreams, HeadersGoBeforeKeyframesWhereAContainerHasNoPlaceForThem) {
  for (const char* codec : {"libx264", "mpeg4", "mpeg2video"}) {
    const auto files =
        transcode(file_item(sample("clip.mp4")), {},
                  {{"video.codec", {codec}}, {"video.gop", {"10"}}}, {{"format", {"mpegts"}}});
    // Somebody who begins to watch half way sees pictures from the next keyframe on.
    const std::string bytes = content_of(files.at(0));
    const TestFolder folder;
    const std::size_t half = bytes.size() / 2 / 188 * 188;
    FILE* file = std::fopen((folder / "half.ts").c_str(), "wb");
    ASSERT_TRUE(file);
    std::fwrite(bytes.data() + half, 1, bytes.size() - half, file);
    std::fclose(file);
    EXPECT_GT(probe(folder / "half.ts", "frame=pict_type").size(), 20U) << codec;
  }
}

TEST(EncodeStreams, WhatTheContainerSaidTravelsWithTheFrames) {
  const auto source = make_ref<SourceInfo>();
  auto origin = make_ref<FrameOrigin>();
  origin->source = source;
  origin->traits.frame_rate = {25, 1};
  origin->has_video = true;
  auto frames = decode(file_item(sample("clip.mp4")));
  for (Item& item : frames) {
    AvFramePtr frame = to_av_frame(item.get<VideoFrame>());
    attach_origin(*frame, origin);
    const AVRational time_base = frame->time_base;
    item = item.with(wrap_video_frame(std::move(frame), time_base));
  }
  // It says that no sound will come, so that packets go on at once.
  StageHarness stage(capstan_plugin, "encode_streams",
                     {{"video.codec", {"mpeg4"}}, {"audio.codec", {"aac"}}});
  EXPECT_FALSE(stage.feed(frames.at(0)).empty() && stage.feed(frames.at(1)).empty());
}

TEST(EncodeStreams, TitleChaptersAndLanguageOfTheInputAreKept) {
  const auto files = to_mp4("tagged.mkv", kBoth);
  const std::string path = path_of(files.at(0));
  EXPECT_THAT(probe(path, "format_tags=title,artist"), ElementsAre("A Film,Somebody"));
  EXPECT_THAT(probe(path, "stream_tags=language", {"-select_streams", "a"}), ElementsAre("fra"));
  EXPECT_THAT(probe(path, "chapter_tags=title"), ElementsAre("First", "Second"));
}

TEST(EncodeStreams, PicturesAreTurnedOrToldToBeTurnedNeverBoth) {
  const auto probed = [](const char* rotate) {
    const auto files =
        transcode(file_item(sample("rotated.mp4")), {{"video.rotate", {rotate}}}, kH264, kMp4);
    return probe(path_of(files.at(0)), "stream=width,height:stream_side_data=rotation");
  };
  EXPECT_THAT(probed("true"), ElementsAre("240,320"));
  EXPECT_EQ(probed("false"),
            probe(sample("rotated.mp4").string(), "stream=width,height:stream_side_data=rotation"));
}

TEST(EncodeStreams, PacketsOfAnInputWithoutSoundDoNotWaitForIt) {
  auto frames = decode(file_item(sample("clip.ts")), {{"streams", {"both"}}});
  StageHarness stage(capstan_plugin, "encode_streams",
                     {{"video.codec", {"mpeg4"}}, {"audio.codec", {"aac"}}});
  EXPECT_EQ(stage.feed(frames.at(0)).size() + stage.feed(frames.at(1)).size(), 2U);
}

TEST(EncodeStreams, PacketsWaitForAStreamThatMayStillCome) {
  auto frames = decode(file_item(sample("clip.mp4")));
  for (Item& item : frames) {  // nobody has told where they come from
    AvFramePtr frame = to_av_frame(item.get<VideoFrame>());
    av_buffer_unref(&frame->opaque_ref);
    const AVRational time_base = frame->time_base;
    item = item.with(wrap_video_frame(std::move(frame), time_base));
  }
  StageHarness stage(capstan_plugin, "encode_streams",
                     {{"video.codec", {"mpeg4"}}, {"audio.codec", {"aac"}}});
  for (int i = 0; i < 10; ++i) EXPECT_THAT(stage.feed(frames.at(i)), IsEmpty());
  EXPECT_GT(stage.n_charged_bytes(), 1000);
  EXPECT_EQ(stage.finish().size(), 10U);
  EXPECT_EQ(stage.n_charged_bytes(), 0);
}

TEST(EncodeStreams, FramesThatTheEncoderLooksAheadAtAreCharged) {
  const auto frames = decode(file_item(sample("clip.mp4")));
  StageHarness stage(capstan_plugin, "encode_streams",
                     {{"video.codec", {"libx264"}}, {"video.options", {"rc-lookahead=20"}}});
  for (int i = 0; i < 15; ++i) EXPECT_THAT(stage.feed(frames.at(i)), IsEmpty());
  EXPECT_GE(stage.n_charged_bytes(), 15 * 320 * 240 * 3 / 2);
  EXPECT_EQ(stage.finish().size(), 15U);
  EXPECT_EQ(stage.n_charged_bytes(), 0);
}

TEST(EncodeStreams, TwoJobsSideBySideDoNotMix) {
  auto frames = decode(file_item(sample("clip.mp4")));
  StageHarness one(capstan_plugin, "encode_streams", kH264);
  StageHarness other(capstan_plugin, "encode_streams", kH264);
  std::vector<Item> packets[2];
  const auto keep = [&](int i, std::vector<Item> more) {
    packets[i].insert(packets[i].end(), more.begin(), more.end());
  };
  for (const Item& frame : frames) {
    keep(0, one.feed(frame));
    keep(1, other.feed(frame));
  }
  keep(0, one.finish());
  keep(1, other.finish());
  EXPECT_EQ(content_of(run_job("mux", kMp4, packets[0]).at(0)),
            content_of(run_job("mux", kMp4, packets[1]).at(0)));
}

TEST(EncodeStreams, AFrameThatNobodyAskedForIsAFailure) {
  EXPECT_THAT(failure_of([] { to_mp4("clip.mp4", kH264); }),
              HasSubstr("audio came, but 'audio.codec' is not given"));
}

TEST(EncodeStreams, WrongOptionsAreRefusedAtStart) {
  const auto refused = [](Values options) { return refusal("encode_streams", options); };
  EXPECT_EQ(refused({}), "expected 'video.codec', 'audio.codec' or both");
  EXPECT_EQ(refused({{"video.codec", {"libx246"}}}),
            "'video.codec': this FFmpeg has no encoder 'libx246'");
  EXPECT_EQ(refused({{"video.codec", {"aac"}}}), "'video.codec': 'aac' is no encoder of video");
  EXPECT_EQ(refused({{"audio.codec", {"aac"}}, {"video.gop", {"5"}}}),
            "'video.gop' needs 'video.codec'");
  EXPECT_EQ(refused({{"video.codec", {"libx264"}}, {"video.options", {"presett=fast"}}}),
            "'video.options': libx264 has no option 'presett'");
  EXPECT_EQ(refused({{"video.codec", {"libx264"}}, {"video.options", {"level=high", "crf=x"}}}),
            "'video.options.crf' is 'x', which libx264 does not take");
  EXPECT_THAT(refused({{"video.codec", {"libx264"}}, {"video.options", {"crf=20", "preset=fats"}}}),
              HasSubstr("'video.options.preset' is 'fats', which libx264 refuses: "));
  EXPECT_EQ(refused({{"video.codec", {"libx264"}}, {"video.bitrate", {"fast"}}}),
            "'video.bitrate' is 'fast': expected bits a second such as 128k or 2M");
  EXPECT_EQ(refused({{"video.codec", {"libx264"}}, {"video.format", {"rgb48le"}}}),
            "'video.format': libx264 takes no pixel format 'rgb48le'");
  EXPECT_EQ(refused({{"audio.codec", {"aac"}}, {"audio.format", {"s16"}}}),
            "'audio.format': aac takes no sample format 's16'");
  EXPECT_EQ(
      refused({{"video.codec", {"gif"}}, {"video.frame_rate", {"2"}}, {"audio.codec", {"aac"}}}),
      "'video.frame_rate' gives frames other times: audio would not fit");
}

}  // namespace
}  // namespace capstan::ffmpeg
