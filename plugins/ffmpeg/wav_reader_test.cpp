// The WAV reader against the general way: the same frames, and no file taken that it would read
// otherwise.
#include <gtest/gtest.h>

#include <fstream>
#include <iostream>

#include "test_support.hpp"
#include "wav_reader.hpp"

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

Buffer buffer_of(const std::string& bytes) {
  Buffer buffer = Buffer::allocate(bytes.size());
  bytes.copy(reinterpret_cast<char*>(buffer.mutable_data()), bytes.size());
  return buffer;
}

/// All that is known of a frame, as a line.
std::string line_of(const AudioFrame& audio) {
  return std::string(audio.format.view()) + " " + std::to_string(audio.sample_rate) + " " +
         audio.channel_layout + "/" + std::to_string(audio.n_channels) + " at " +
         std::to_string(audio.pts) + "/" + std::to_string(audio.time_base.den) + " " +
         std::to_string(audio.n_samples) + " " + md5_of(interleaved_samples(audio));
}

std::vector<std::string> read_all(WavReader& reader) {
  std::vector<std::string> lines;
  while (AvFramePtr frame = reader.next()) {
    lines.push_back(line_of(*wrap_audio_frame(std::move(frame), reader.time_base())));
  }
  return lines;
}

std::vector<std::string> general(Item item) {
  std::vector<std::string> lines;
  for (const Item& out : decode(std::move(item), {{"streams", {"audio"}}})) {
    lines.push_back(line_of(out.get<AudioFrame>()));
  }
  return lines;
}

void expect_as_general(const std::string& bytes, const std::string& what) {
  const auto reader = WavReader::open(buffer_of(bytes));
  ASSERT_TRUE(reader) << what;
  EXPECT_EQ(read_all(*reader), general(Item(make_ref<Bytes>(buffer_of(bytes))))) << what;
}

std::string refusal_of(std::int64_t first, std::int64_t end) {
  const auto reader = WavReader::open(buffer_of(make_wav({})));
  try {
    reader->select(first, end);
    return "none";
  } catch (const std::invalid_argument& fault) {
    return fault.what();
  }
}

}  // namespace

TEST(WavReader, FramesAreThoseOfTheGeneralWay) {
  for (const int n_channels : {1, 2, 3, 6}) {
    for (const int n_bits : {8, 16, 24, 32}) {
      for (const bool is_long : {false, true}) {
        const unsigned mask = n_channels == 6 ? 0x3F : n_channels == 2 ? 3 : 0;
        expect_as_general(make_wav({1, n_channels, 44100, n_bits, 5000, mask, is_long}),
                          std::to_string(n_channels) + " channels of " + std::to_string(n_bits));
      }
    }
    expect_as_general(make_wav({3, n_channels, 8000, 32}), "floats");
    expect_as_general(make_wav({3, n_channels, 192000, 64}), "doubles");
  }
  expect_as_general(make_wav({1, 2, 44100, 16, 1}), "one sample");
  expect_as_general(make_wav({1, 1, 44100, 8, 4097}), "one sample more than a frame");
}

TEST(WavReader, AFileIsTheSameAsItsBytes) {
  const auto reader = WavReader::open(sample("tone.wav").string());
  ASSERT_TRUE(reader);
  EXPECT_EQ(read_all(*reader), general(file_item(sample("tone.wav"))));
  EXPECT_THROW(WavReader::open(sample("not there").string()), std::runtime_error);
}

TEST(WavReader, OtherChunksAreSkipped) {
  const Shape shape;
  expect_as_general(riff(chunk("LIST", "INFOodd") + chunk("fmt ", fmt_of(shape)) +
                         chunk("fact", little_endian(5000, 4)) + chunk("data", samples_of(shape)) +
                         chunk("LIST", "behind it")),
                    "chunks around");
}

TEST(WavReader, AWindowIsThatSliceOfTheWhole) {
  const std::string wav = make_wav({});
  const auto whole = WavReader::open(buffer_of(wav));
  std::string samples;
  while (AvFramePtr frame = whole->next()) {
    samples += interleaved_samples(*wrap_audio_frame(std::move(frame), whole->time_base()));
  }
  for (const auto& [first, end] :
       {std::pair{0, 5000}, {0, 1}, {1, 2}, {1023, 3100}, {4999, 5000}}) {
    const auto reader = WavReader::open(buffer_of(wav));
    reader->select(first, end);
    std::string part;
    std::int64_t pts = first;
    while (AvFramePtr frame = reader->next()) {
      EXPECT_EQ(frame->pts, pts);
      pts += frame->nb_samples;
      part += interleaved_samples(*wrap_audio_frame(std::move(frame), reader->time_base()));
    }
    EXPECT_EQ(pts, end);
    EXPECT_EQ(part, samples.substr(static_cast<std::size_t>(first) * 4,
                                   static_cast<std::size_t>(end - first) * 4));
  }
}

TEST(WavReader, AWindowThatCannotBeIsRefused) {
  EXPECT_EQ(refusal_of(-1, 10),
            "the window from sample -1 to 10 of 5000 begins before the first sample");
  EXPECT_EQ(refusal_of(5, 5), "the window from sample 5 to 5 of 5000 is empty");
  EXPECT_EQ(refusal_of(9, 5), "the window from sample 9 to 5 of 5000 is empty");
  EXPECT_EQ(refusal_of(0, 5001),
            "the window from sample 0 to 5001 of 5000 ends behind the last sample");
  EXPECT_EQ(refusal_of(0, 5000), "none");
}

TEST(WavReader, WhatIsUnusualIsLeftToTheGeneralWay) {
  const Shape usual;
  const std::string fmt = chunk("fmt ", fmt_of(usual));
  const auto is_taken = [](const std::string& bytes) {
    return WavReader::open(buffer_of(bytes)) != nullptr;
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
  EXPECT_FALSE(is_taken(riff(fmt + chunk("data", "abcd\xFE\x7F\x01\x80" + samples_of(usual)))));
  for (std::size_t n_bytes = 0; n_bytes < whole.size(); n_bytes += 11) {
    EXPECT_FALSE(is_taken(whole.substr(0, n_bytes))) << n_bytes;
  }
}

TEST(WavReader, RealFilesAreReadAsTheGeneralWayReadsThem) {
  const char* folder = std::getenv("CAPSTAN_MEDIA");
  if (!folder) GTEST_SKIP() << "set CAPSTAN_MEDIA to a folder of media";
  int n_taken = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const auto reader = WavReader::open(entry.path().string());
    if (!reader) continue;
    ++n_taken;
    EXPECT_EQ(read_all(*reader), general(file_item(entry.path()))) << entry.path();
  }
  std::cout << n_taken << " taken\n";
  EXPECT_GT(n_taken, 0);
}

}  // namespace capstan::ffmpeg
