// WAV on its short way against the general way: the same frames, and no file taken that the general
// way would read otherwise.
#include <gtest/gtest.h>

#include <iostream>

#include "../av/frame_origin.hpp"
#include "../test_support.hpp"
#include "quick_input.hpp"

namespace capstan::ffmpeg {

namespace {

namespace fs = std::filesystem;

std::string little_endian(std::uint64_t value, int n_bytes) {
  std::string bytes;
  for (int i = 0; i < n_bytes; ++i) bytes += static_cast<char>(value >> (8 * i));
  return bytes;
}

std::string chunk(const std::string& name, const std::string& body) {
  return name + little_endian(body.size(), 4) + body + std::string(body.size() & 1U, '\0');
}

struct Shape {
  unsigned tag = 1;
  int n_channels = 2, rate = 44100, n_bits = 16, n_samples = 5000;
  unsigned mask = 0;  ///< of the long form, if any
  bool is_long = false;
};

std::string fmt_of(const Shape& shape) {
  const int block = shape.n_channels * shape.n_bits / 8;
  std::string fmt = little_endian(shape.is_long ? 0xFFFE : shape.tag, 2) +
                    little_endian(static_cast<unsigned>(shape.n_channels), 2) +
                    little_endian(static_cast<unsigned>(shape.rate), 4) +
                    little_endian(static_cast<unsigned>(shape.rate * block), 4) +
                    little_endian(static_cast<unsigned>(block), 2) +
                    little_endian(static_cast<unsigned>(shape.n_bits), 2);
  if (shape.is_long) {
    fmt += little_endian(22, 2) + little_endian(static_cast<unsigned>(shape.n_bits), 2) +
           little_endian(shape.mask, 4) + little_endian(shape.tag, 2) +
           std::string("\0\0\0\0\x10\0\x80\0\0\xAA\0\x38\x9B\x71", 14);
  }
  return fmt;
}

std::string samples_of(const Shape& shape) {
  const int n_bytes = shape.n_samples * shape.n_channels * shape.n_bits / 8;
  std::string samples;
  for (int i = 0; i < n_bytes; ++i) samples += static_cast<char>((i * 7 + i / 256 * 3) & 0x3F);
  return samples;
}

std::string riff(const std::string& chunks) {
  return "RIFF" + little_endian(chunks.size() + 4, 4) + "WAVE" + chunks;
}

std::string make_wav(const Shape& shape) {
  return riff(chunk("fmt ", fmt_of(shape)) + chunk("data", samples_of(shape)));
}

Item item_of(const std::string& bytes) {
  Buffer buffer = Buffer::allocate(bytes.size());
  bytes.copy(reinterpret_cast<char*>(buffer.mutable_data()), bytes.size());
  return Item(make_ref<Bytes>(std::move(buffer)));
}

/// All that is known of a frame, as a line.
std::string line_of(const AudioFrame& audio) {
  return std::string(audio.format.view()) + " " + std::to_string(audio.sample_rate) + " " +
         audio.channel_layout + "/" + std::to_string(audio.n_channels) + " at " +
         std::to_string(audio.pts) + "/" + std::to_string(audio.time_base.den) + " " +
         std::to_string(audio.n_samples) + " " + md5_of(interleaved_samples(audio));
}

const InputRules kRules;  // nothing was said

struct Asked {
  ReadSettings settings{.wants_video = false, .wants_audio = true};
  Selection selection;
  PictureForm form;
};

bool never() { return false; }

/// Null when it is left to the general way.
std::unique_ptr<QuickInput> open(const Item& item, const Asked& asked) {
  return open_quickly(InputSource(item, kRules),
                      {asked.settings, asked.selection, asked.form, true}, never);
}

template <class Reader>
std::vector<std::string> lines_of(Reader& reader) {
  std::vector<std::string> lines;
  for (Decoded decoded = reader.next(); decoded.frame; decoded = reader.next()) {
    const AVRational time_base = decoded.stream->time_base;
    lines.push_back(line_of(*wrap_audio_frame(std::move(decoded.frame), time_base)));
  }
  return lines;
}

void expect_as_general(const Item& item, const std::string& what) {
  const Asked asked;
  const auto quick = open(item, asked);
  ASSERT_TRUE(quick) << what;
  FrameReader general(InputSource(item, kRules), asked.settings, never);
  EXPECT_EQ(lines_of(*quick), lines_of(general)) << what;
}

}  // namespace

TEST(QuickWav, FramesAreThoseOfTheGeneralWay) {
  for (const int n_channels : {1, 2, 3, 6}) {
    for (const int n_bits : {8, 16, 24, 32}) {
      for (const bool is_long : {false, true}) {
        const unsigned mask = n_channels == 6 ? 0x3F : n_channels == 2 ? 3 : 0;
        expect_as_general(item_of(make_wav({1, n_channels, 44100, n_bits, 5000, mask, is_long})),
                          std::to_string(n_channels) + " channels of " + std::to_string(n_bits));
      }
    }
    expect_as_general(item_of(make_wav({3, n_channels, 8000, 32})), "floats");
    expect_as_general(item_of(make_wav({3, n_channels, 192000, 64})), "doubles");
  }
  expect_as_general(item_of(make_wav({1, 2, 44100, 16, 1})), "one sample");
  expect_as_general(item_of(make_wav({1, 1, 44100, 8, 4097})), "one sample more than a frame");
}

TEST(QuickWav, AFileIsTheSameAsItsBytes) {
  expect_as_general(file_item(sample("tone.wav")), "a file");
}

TEST(QuickWav, DecodeTakesThisWay) {
  const Values options = {{"streams", {"audio"}}};
  const auto items = decode(file_item(sample("tone.wav")), options);
  std::vector<std::string> lines;
  for (const Item& item : items) {
    const auto& audio = item.get<AudioFrame>();
    lines.push_back(line_of(audio));
    const auto origin = origin_of(*to_av_frame(audio));
    ASSERT_TRUE(origin);
    EXPECT_TRUE(origin->has_audio);
    EXPECT_FALSE(origin->has_video);
  }
  const Asked asked;
  EXPECT_EQ(lines, lines_of(*open(file_item(sample("tone.wav")), asked)));
}

TEST(QuickWav, LimitsHoldAsOnTheGeneralWay) {
  for (const Values& limit : {Values{{"max_frames", {"2"}}}, Values{{"max_duration", {"10ms"}}},
                              Values{{"max_bytes", {"100"}}}}) {
    Values options = limit;
    options["streams"] = {"audio"};
    const std::string failure = decode_failure(file_item(sample("tone.wav")), options);
    EXPECT_NE(failure.find(limit.begin()->first), std::string::npos) << failure;
  }
}

TEST(QuickWav, OtherChunksAreSkipped) {
  const Shape shape;
  expect_as_general(
      item_of(riff(chunk("LIST", "INFO" + chunk("ISFT", "odd")) + chunk("fmt ", fmt_of(shape)) +
                   chunk("fact", little_endian(5000, 4)) + chunk("data", samples_of(shape)) +
                   chunk("JUNK", "behind it"))),
      "chunks around");
}

TEST(QuickWav, WhatIsUnusualIsLeftToTheGeneralWay) {
  const Shape usual;
  const std::string fmt = chunk("fmt ", fmt_of(usual));
  const auto is_taken = [](const std::string& bytes) {
    return open(item_of(bytes), Asked()) != nullptr;
  };
  const std::string whole = make_wav(usual);
  EXPECT_TRUE(is_taken(whole));
  EXPECT_FALSE(is_taken("RF64" + whole.substr(4)));
  EXPECT_FALSE(is_taken(riff(fmt + chunk("data", ""))));
  EXPECT_FALSE(is_taken(riff(fmt + chunk("data", "12345"))));  // a sample and a quarter
  EXPECT_FALSE(is_taken(riff(chunk("data", samples_of(usual)))));
  EXPECT_FALSE(is_taken(riff(fmt)));
  EXPECT_FALSE(is_taken(make_wav({2})));  // ADPCM
  EXPECT_FALSE(is_taken(make_wav({1, 2, 44100, 40})));
  EXPECT_FALSE(is_taken(make_wav({1, 0})));
  EXPECT_FALSE(is_taken(make_wav({1, 2, 0})));
  EXPECT_FALSE(is_taken(whole + chunk("LIST", "INFO" + chunk("IART", "tags"))));
  EXPECT_FALSE(is_taken(whole + chunk("id3 ", "tags")));
  EXPECT_FALSE(is_taken(riff(fmt + chunk("data", "abcd\xFE\x7F\x01\x80" + samples_of(usual)))));
  for (std::size_t n_bytes = 1; n_bytes < whole.size(); n_bytes += 11) {
    EXPECT_FALSE(is_taken(whole.substr(0, n_bytes))) << n_bytes;
  }
}

TEST(QuickWav, RealFilesAreReadAsTheGeneralWayReadsThem) {
  const char* folder = std::getenv("CAPSTAN_MEDIA");
  if (!folder) GTEST_SKIP() << "set CAPSTAN_MEDIA to a folder of media";
  int n_taken = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    if (entry.file_size() == 0 || !open(file_item(entry.path()), Asked())) continue;
    ++n_taken;
    expect_as_general(file_item(entry.path()), entry.path().string());
  }
  std::cout << n_taken << " taken\n";
  EXPECT_GT(n_taken, 0);
}

}  // namespace capstan::ffmpeg
