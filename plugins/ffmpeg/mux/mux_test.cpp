// Stream copy: `demux` and `mux`, compared with `ffmpeg -c copy`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "coding_support.hpp"

namespace capstan::ffmpeg {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// What `ffmpeg -i INPUT -map 0 -c copy OUT` makes of a sample.
std::string tool_copy(const TestFolder& folder, const std::string& input,
                      const std::string& format) {
  const std::string path = folder / ("tool." + format);
  int status = 0;
  run({"ffmpeg", "-nostdin", "-v", "error", "-i", sample(input).string(), "-map", "0", "-c", "copy",
       "-f", format, path},
      &status);
  EXPECT_EQ(status, 0);
  return path;
}

std::string failure_of(const std::function<void()>& call) {
  try {
    call();
    return {};
  } catch (const StageFailed& failed) {
    return failed.what();
  }
}

std::vector<std::string> names_of(const std::vector<Item>& files) {
  std::vector<std::string> names;
  for (const Item& file : files) names.emplace_back(file.meta("mux.name"));
  return names;
}

struct Pair {
  const char* input;
  const char* format;
};
class Remux : public testing::TestWithParam<Pair> {};

TEST_P(Remux, IsPacketForPacketWhatTheToolCopies) {
  const TestFolder folder;
  const auto [input, format] = GetParam();
  const auto files = remux(file_item(sample(input)), {{"format", {format}}});
  ASSERT_EQ(files.size(), 1U);
  const auto expected = packets_of(tool_copy(folder, input, format));
  ASSERT_GT(expected.size(), 2U);
  EXPECT_EQ(packets_of(path_of(files[0])), expected);
}

INSTANTIATE_TEST_SUITE_P(Samples, Remux,
                         testing::Values(Pair{"clip.mp4", "mp4"}, Pair{"clip.mp4", "matroska"},
                                         Pair{"clip.mp4", "mpegts"}, Pair{"clip.mkv", "mp4"},
                                         Pair{"clip.ts", "mp4"}, Pair{"clip.ts", "mpegts"},
                                         Pair{"vfr.mp4", "matroska"}, Pair{"clip.webm", "webm"},
                                         Pair{"edit_list.mp4", "mp4"}, Pair{"tone.wav", "wav"},
                                         Pair{"tone.flac", "flac"}, Pair{"cover.mp3", "mp3"},
                                         Pair{"clip.avi", "avi"}, Pair{"animated.gif", "gif"}),
                         [](const auto& info) {
                           std::string name =
                               std::string(info.param.input) + "_" + info.param.format;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

TEST(Mux, BytesInMemoryAreAnInputToo) {
  const auto files = remux(bytes_item(sample("clip.mp4")), {{"format", {"mkv"}}});
  const auto again = remux(file_item(sample("clip.mp4")), {{"format", {"mkv"}}});
  EXPECT_EQ(content_of(files.at(0)), content_of(again.at(0)));
}

TEST(Mux, TwoRunsGiveTheSameBytes) {
  for (const char* format : {"mp4", "mkv", "ogg", "mpegts"}) {
    const char* input = format == std::string("ogg") ? "tone.flac" : "clip.mp4";
    const Values options = {{"format", {format}}};
    EXPECT_EQ(content_of(remux(file_item(sample(input)), options).at(0)),
              content_of(remux(file_item(sample(input)), options).at(0)))
        << format;
  }
}

TEST(Mux, RotationIsKept) {
  const auto files = remux(file_item(sample("rotated.mp4")), {{"format", {"mp4"}}});
  EXPECT_EQ(probe(path_of(files.at(0)), "stream_side_data=rotation"),
            probe(sample("rotated.mp4").string(), "stream_side_data=rotation"));
  EXPECT_FALSE(probe(path_of(files.at(0)), "stream_side_data=rotation").empty());
}

TEST(Mux, MetadataLanguagesAndChaptersAreKept) {
  const auto files = remux(file_item(sample("tagged.mkv")), {{"format", {"mp4"}}});
  const std::string path = path_of(files.at(0));
  EXPECT_THAT(probe(path, "format_tags=title,artist"), ElementsAre("A Film,Somebody"));
  EXPECT_THAT(probe(path, "stream_tags=language", {"-select_streams", "a"}), ElementsAre("fra"));
  EXPECT_THAT(probe(path, "chapter=start_time,end_time:chapter_tags=title"),
              ElementsAre("0.000000,1.000000,First", "1.000000,2.000000,Second"));
}

TEST(Mux, AFormatMayBeNamedByItsExtension) {
  const auto files =
      remux(file_item(sample("clip.mp4")), {{"format", {"m4a"}}}, {{"streams", {"audio"}}});
  const File& file = files.at(0).get<File>();
  EXPECT_EQ(file.media_type(), "audio/mp4");
  EXPECT_EQ(file.name(), "index.m4a");
  EXPECT_THAT(probe(path_of(files[0]), "stream=codec_name"), ElementsAre("aac"));
}

TEST(Mux, OnlyTheWantedStreamsCome) {
  const auto kinds = [](const Values& options) {
    const auto files = remux(file_item(sample("tagged.mkv")), {{"format", {"mkv"}}}, options);
    return probe(path_of(files.at(0)), "stream=codec_type");
  };
  EXPECT_THAT(kinds({}), ElementsAre("video", "audio"));
  EXPECT_THAT(kinds({{"streams", {"audio"}}}), ElementsAre("audio"));
  EXPECT_THAT(kinds({{"which", {"best"}}}), ElementsAre("video", "audio"));
  EXPECT_EQ(failure_of([&] {
              kinds({{"streams", {"subtitle", "data"}}});
            }),
            "there is no stream of the wanted kinds (subtitle, data) in it");
}

TEST(Mux, FragmentsAreWrittenWhereAsked) {
  const auto files =
      remux(file_item(sample("clip.mp4")),
            {{"format", {"mp4"}}, {"options", {"movflags=frag_keyframe+empty_moov"}}});
  const std::string bytes = content_of(files.at(0));
  EXPECT_NE(bytes.find("moof"), std::string::npos);
  EXPECT_LT(bytes.find("moov"), bytes.find("moof"));
}

TEST(Mux, TheIndexComesFirstWhereAsked) {
  const auto files = remux(file_item(sample("clip.mp4")),
                           {{"format", {"mp4"}}, {"options", {"movflags=faststart"}}});
  const std::string bytes = content_of(files.at(0));
  EXPECT_LT(bytes.find("moov"), bytes.find("mdat"));
  EXPECT_EQ(packets_of(path_of(files[0])).size(), packets_of(sample("clip.mp4").string()).size());
}

TEST(Mux, EverySegmentIsAnItemAndThePlaylistIsTheLast) {
  const auto files =
      remux(file_item(sample("clip.mp4")), {{"format", {"hls"}}, {"options", {"hls_time=1"}}});
  const auto names = names_of(files);
  EXPECT_THAT(names, ElementsAre("index0.ts", "index1.ts", "index2.ts", "index3.ts", "index.m3u8"));
  const std::string playlist = content_of(files.back());
  for (std::size_t i = 0; i + 1 < names.size(); ++i) {
    EXPECT_THAT(playlist, HasSubstr("\n" + names[i] + "\n"));
    EXPECT_EQ(files[i].get<File>().media_type(), "video/mp2t");
  }
  EXPECT_THAT(playlist, HasSubstr("#EXT-X-ENDLIST"));
}

TEST(Mux, AMasterPlaylistStandsAboveItsRenditions) {
  const auto files =
      remux(file_item(sample("clip.mp4")),
            {{"format", {"hls"}},
             {"name", {"%v/index"}},
             {"options",
              {"var_stream_map=v:0,name:picture a:0,name:sound", "master_pl_name=master.m3u8"}}});
  const auto names = names_of(files);
  EXPECT_THAT(names, Contains("picture/index0.ts"));
  EXPECT_THAT(names, Contains("sound/index.m3u8"));
  EXPECT_EQ(names.back(), "sound/index.m3u8");
  const auto master = std::find(names.begin(), names.end(), "master.m3u8");
  ASSERT_NE(master, names.end());
  EXPECT_THAT(content_of(files[static_cast<std::size_t>(master - names.begin())]),
              HasSubstr("\npicture/index.m3u8\n"));
}

TEST(Mux, DashIsAManifestAndItsSegments) {
  const auto files = remux(file_item(sample("clip.mp4")), {{"format", {"dash"}}});
  const auto names = names_of(files);
  EXPECT_THAT(names, Contains("init-stream0.m4s"));
  EXPECT_THAT(names, Contains("chunk-stream1-00001.m4s"));
  EXPECT_EQ(names.back(), "index.mpd");
  EXPECT_EQ(std::count(names.begin(), names.end(), "index.mpd"), 1);
}

TEST(Mux, WhatIsNotFinishedLeavesNothing) {
  const TestFolder folder;
  {
    StageHarness demux(capstan_plugin, "demux");
    StageHarness mux(capstan_plugin, "mux", {{"format", {"mkv"}}, {"folder", {folder.path()}}});
    auto packets = demux.feed(file_item(sample("clip.mp4")));
    for (std::size_t i = 0; i < packets.size() / 2; ++i) mux.feed(packets[i]);
    EXPECT_THAT(folder.list(), IsEmpty()) << "files have no name before they are finished";
  }
  EXPECT_THAT(folder.list(), IsEmpty());
}

TEST(Mux, AnHlsOutputThatIsNotFinishedIsFreed) {
  StageHarness demux(capstan_plugin, "demux");
  StageHarness mux(capstan_plugin, "mux", {{"format", {"hls"}}, {"options", {"hls_time=1"}}});
  auto packets = demux.feed(file_item(sample("clip.mp4")));
  for (std::size_t i = 0; i < packets.size() / 2; ++i) mux.feed(packets[i]);
}

TEST(Mux, AFullDiskIsOneSentence) {
  StageHarness demux(capstan_plugin, "demux");
  EXPECT_EQ(failure_of([&] {
              run_job("mux", {{"format", {"mkv"}}, {"folder", {"/proc/nowhere"}}},
                      demux.feed(file_item(sample("clip.mp4"))));
            }),
            "no file can be made in '/proc/nowhere': No such file or directory");
}

TEST(Mux, StreamsOfSeveralStagesStandInTheOrderOfTheirIds) {
  // Two demuxers of one id: the order in which they come decides between equals.
  StageHarness demux(capstan_plugin, "demux", {{"streams", {"audio"}}});
  auto packets = demux.feed(file_item(sample("clip.mp4")));
  auto video = StageHarness(capstan_plugin, "demux", {{"streams", {"video"}}})
                   .feed(file_item(sample("clip.mp4")));
  packets.insert(packets.end(), video.begin(), video.end());
  const auto files = run_job("mux", {{"format", {"mkv"}}, {"inputs", {"2"}}}, packets);
  EXPECT_THAT(probe(path_of(files.at(0)), "stream=codec_type"), ElementsAre("audio", "video"));
  EXPECT_THAT(failure_of([&] {
                run_job("mux", {{"format", {"mkv"}}}, packets);
              }),
              HasSubstr("come after the header was written: 'inputs' must say"));
}

TEST(Mux, ACodecThatDoesNotFitIsNamed) {
  const std::string message = failure_of([] {
    remux(file_item(sample("clip.mp4")), {{"format", {"webm"}}});
  });
  EXPECT_THAT(message, HasSubstr("these streams do not go into 'webm' (h264, aac): "));
  EXPECT_THAT(message, HasSubstr("Only VP8 or VP9 or AV1 video"));
}

TEST(Mux, ATruncatedInputFailsUnlessThatIsConcealed) {
  EXPECT_THAT(failure_of([] {
                remux(file_item(sample("truncated.mkv")), {{"format", {"mkv"}}});
              }),
              HasSubstr("the input is truncated ("));
  const auto files = remux(file_item(sample("truncated.mkv")), {{"format", {"mkv"}}},
                           {{"on_corrupt", {"conceal"}}});
  EXPECT_GT(packets_of(path_of(files.at(0))).size(), 10U);
}

TEST(Mux, WrongOptionsAreRefusedAtStart) {
  EXPECT_EQ(refusal("mux", {{"format", {"mp5"}}}),
            "'format': FFmpeg writes no format, and knows no extension, 'mp5'");
  EXPECT_EQ(refusal("mux", {{"format", {"rtsp"}}}), "'format': 'rtsp' does not write files");
  EXPECT_EQ(refusal("mux", {{"format", {"mp4"}}, {"options", {"movflag=faststart"}}}),
            "'options': the muxer 'mp4' has no option 'movflag'");
  EXPECT_EQ(refusal("mux", {{"format", {"mp4"}}, {"options", {"movflags=fast"}}}),
            "'options.movflags' is 'fast', which the muxer 'mp4' does not take");
}

TEST(Mux, AJobWithoutPacketsGivesNothing) {
  EXPECT_THAT(run_job("mux", {{"format", {"mp4"}}}, {}), IsEmpty());
}

}  // namespace
}  // namespace capstan::ffmpeg
