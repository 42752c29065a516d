// One stream of a film goes through as it is while the other is encoded.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coding_support.hpp"

namespace capstan::ffmpeg {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const Values kCopyAudio = {{"video.codec", {"libx264"}},
                           {"video.options", {"preset=ultrafast"}},
                           {"audio.codec", {"copy"}}};
const Values kCopyVideo = {{"video.codec", {"copy"}}, {"audio.codec", {"aac"}}};

/// Contents of the packets of one kind.
std::vector<std::string> packets(const std::string& path, const char* kind) {
  return probe(path, "packet=duration_time,data_hash",
               {"-select_streams", kind, "-show_data_hash", "md5"});
}

std::vector<Item> film_of(const Item& input, const Values& encode, const char* format) {
  const bool copies_audio = encode.at("audio.codec").front() == "copy";
  return transcode(input, {{"streams", {copies_audio ? "video" : "audio"}}}, encode,
                   {{"format", {format}}});
}

/// As a film that begins long after 0.
std::string late_film(const TestFolder& folder) {
  const std::string path = folder / "late.mkv";
  run({"ffmpeg", "-nostdin", "-v", "error", "-i", sample("clip.mp4").string(), "-c", "copy",
       "-output_ts_offset", "100", path});
  return path;
}

std::string failure_of(const Item& input, const Values& decode, const Values& encode) {
  try {
    transcode(input, decode, encode, {{"format", {"mp4"}}});
    return {};
  } catch (const StageFailed& failed) {
    return failed.what();
  }
}

}  // namespace

TEST(CopiedStream, IsThatOfARemuxPacketByPacket) {
  for (const char* format : {"mp4", "mkv", "mpegts"}) {
    for (const char* name : {"clip.mp4", "clip.mkv"}) {
      const Item input = file_item(sample(name));
      const auto remuxed = remux(input, {{"format", {format}}});
      const auto with_audio = film_of(input, kCopyAudio, format);
      const auto with_video = film_of(input, kCopyVideo, format);
      const auto audio = packets(path_of(with_audio.at(0)), "a");
      EXPECT_GT(audio.size(), 150U);
      EXPECT_EQ(audio, packets(path_of(remuxed.at(0)), "a")) << format << name;
      const auto video = packets(path_of(with_video.at(0)), "v");
      EXPECT_GE(video.size(), 100U);
      EXPECT_EQ(video, packets(path_of(remuxed.at(0)), "v")) << format << name;
    }
  }
}

TEST(CopiedStream, IsInTimeWithTheEncodedOne) {
  const TestFolder folder;
  const Item late = file_item(late_film(folder));
  const auto both =
      transcode(late, {{"streams", {"both"}}},
                {{"video.codec", {"libx264"}}, {"audio.codec", {"aac"}}}, {{"format", {"mp4"}}});
  const auto times = [](const Item& file, const char* kind) {
    return probe(path_of(file), "frame=pts_time", {"-select_streams", kind});
  };
  for (const Values& encode : {kCopyAudio, kCopyVideo}) {
    const auto film = film_of(late, encode, "mp4");
    EXPECT_EQ(times(film.at(0), "v"), times(both.at(0), "v"));
    EXPECT_EQ(times(film.at(0), "a").at(1), times(both.at(0), "a").at(1));
    EXPECT_THAT(probe(path_of(film.at(0)), "format=start_time"), ElementsAre("0.000000"));
  }
}

TEST(CopiedStream, GoesAsFarAsTheEncodedOneHasCome) {
  const auto frames = decode(file_item(sample("clip.mp4")));
  StageHarness stage(capstan_plugin, "encode_streams", kCopyAudio);
  double video_s = 0;
  std::size_t n_copied = 0;
  for (const Item& frame : frames) {
    for (const Item& item : stage.feed(frame)) {
      const Packet& packet = item.get<Packet>();
      const double time_s =
          static_cast<double>(packet.packet().dts) * av_q2d(packet.stream_info().time_base);
      if (packet.stream() == 0) {
        video_s = std::max(video_s, time_s);
      } else {
        EXPECT_LE(time_s, video_s);
        ++n_copied;
      }
    }
  }
  EXPECT_GT(n_copied, 100U);
}

TEST(CopiedStream, ComesFromBytesAsFromFiles) {
  const auto from_bytes = film_of(bytes_item(sample("clip.mp4")), kCopyAudio, "mp4");
  const auto from_file = film_of(file_item(sample("clip.mp4")), kCopyAudio, "mp4");
  EXPECT_EQ(content_of(from_bytes.at(0)), content_of(from_file.at(0)));
}

TEST(CopiedStream, IsLeftOutWhereTheInputHasNone) {
  const auto film = film_of(file_item(sample("vfr.mp4")), kCopyAudio, "mp4");
  EXPECT_THAT(probe(path_of(film.at(0)), "stream=codec_type"), ElementsAre("video"));
}

TEST(CopiedStream, NeedsTheWholeInput) {
  const Item input = file_item(sample("clip.mp4"));
  const std::string whole = "'audio.codec: copy' needs all frames of an input";
  EXPECT_THAT(failure_of(input, {{"video.from", {"1s"}}}, kCopyAudio), HasSubstr(whole));
  EXPECT_THAT(failure_of(input, {{"video.fps", {"5"}}}, kCopyAudio), HasSubstr(whole));
  EXPECT_THAT(failure_of(input, {{"streams", {"both"}}}, kCopyAudio),
              HasSubstr("audio came, but 'audio.codec' is copy: take 'streams' of decode"));
}

TEST(CopiedStream, TakesNoOptionsOfAnEncoder) {
  EXPECT_EQ(refusal("encode_streams", {{"video.codec", {"copy"}}, {"audio.codec", {"copy"}}}),
            "nothing is encoded: 'demux' gives streams as they are");
  Values options = kCopyAudio;
  options["audio.bitrate"] = {"128k"};
  EXPECT_EQ(refusal("encode_streams", options),
            "'audio.bitrate' changes nothing where 'audio.codec' is copy");
}

}  // namespace capstan::ffmpeg
