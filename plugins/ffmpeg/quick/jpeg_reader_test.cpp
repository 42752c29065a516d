// The JPEG reader against libavcodec's decoder: the same pictures, and no other verdicts.
#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <map>

#include "../test_support.hpp"
#include "jpeg_maker.hpp"
#include "jpeg_reader.hpp"

namespace capstan::ffmpeg {

namespace {

namespace fs = std::filesystem;

bool never() { return false; }

const std::uint8_t* data_of(const std::string& bytes) {
  return reinterpret_cast<const std::uint8_t*>(bytes.data());
}

std::optional<JpegHeader> open(JpegReader& reader, const std::string& bytes) {
  return reader.open(data_of(bytes), bytes.size());
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Item bytes_of(const std::string& bytes) {
  Buffer buffer = Buffer::allocate(bytes.size());
  bytes.copy(reinterpret_cast<char*>(buffer.mutable_data()), bytes.size());
  return Item(make_ref<Bytes>(std::move(buffer)));
}

/// The general way's picture as it is stored.
AvFramePtr general(const std::string& bytes) {
  const Item item = decode(bytes_of(bytes), {{"video.rotate", {"false"}}}).at(0);
  return to_av_frame(item.get<VideoFrame>());
}

JpegPicture picture_of(const std::string& bytes, int denominator = 1,
                       std::optional<JpegArea> area = std::nullopt) {
  JpegReader reader(never);
  if (!open(reader, bytes)) throw std::runtime_error("not opened");
  auto picture = reader.decode(denominator, area);
  if (!picture) throw std::runtime_error(reader.warning());
  return std::move(*picture);
}

/// How far two pictures are apart.
struct Distance {
  int max = 0;
  double mean = 0;
};

/// Of `part`, and of what lies at its place in `whole`. Both of the same format.
Distance distance(const AVFrame& whole, const AVFrame& part, int left = 0, int top = 0) {
  Distance distance;
  double sum = 0;
  std::int64_t n = 0;
  const AVPixFmtDescriptor& about = *av_pix_fmt_desc_get(static_cast<AVPixelFormat>(part.format));
  for (int i = 0; i < about.nb_components; ++i) {
    const int shift_x = i ? about.log2_chroma_w : 0, shift_y = i ? about.log2_chroma_h : 0;
    for (int y = 0; y < AV_CEIL_RSHIFT(part.height, shift_y); ++y) {
      for (int x = 0; x < AV_CEIL_RSHIFT(part.width, shift_x); ++x, ++n) {
        const int a = part.data[i][y * part.linesize[i] + x];
        const int b =
            whole.data[i][(y + (top >> shift_y)) * whole.linesize[i] + x + (left >> shift_x)];
        distance.max = std::max(distance.max, std::abs(a - b));
        sum += std::abs(a - b);
      }
    }
  }
  distance.mean = sum / static_cast<double>(n);
  return distance;
}

// libjpeg-turbo's accurate transform and libavcodec's default one both round each sample once, in
// other places: never more than this apart, and seldom apart at all.
constexpr int kMaxDistance = 2;
constexpr double kMeanDistance = 0.06;

void expect_as_general(const std::string& bytes, const std::string& name) {
  const JpegPicture ours = picture_of(bytes);
  const AvFramePtr theirs = general(bytes);
  ASSERT_EQ(ours.frame->width, theirs->width) << name;
  ASSERT_EQ(ours.frame->height, theirs->height) << name;
  ASSERT_EQ(av_get_pix_fmt_name(static_cast<AVPixelFormat>(ours.frame->format)),
            std::string(av_get_pix_fmt_name(static_cast<AVPixelFormat>(theirs->format))))
      << name;
  const Distance apart = distance(*theirs, *ours.frame);
  EXPECT_LE(apart.max, kMaxDistance) << name;
  EXPECT_LE(apart.mean, kMeanDistance) << name;
  EXPECT_EQ(ours.frame->color_range, theirs->color_range) << name;
  EXPECT_EQ(ours.frame->colorspace, theirs->colorspace) << name;
  EXPECT_EQ(ours.frame->chroma_location, theirs->chroma_location) << name;
  EXPECT_EQ(av_cmp_q(ours.frame->sample_aspect_ratio, theirs->sample_aspect_ratio), 0) << name;
}

std::vector<std::int32_t> matrix_of(const AVFrame& frame) {
  const auto* data = av_frame_get_side_data(&frame, AV_FRAME_DATA_DISPLAYMATRIX);
  if (!data) return {};
  const auto* matrix = reinterpret_cast<const std::int32_t*>(data->data);
  return {matrix, matrix + 9};
}

const std::vector<JpegShape> kShapes = {
    {},
    {321, 239, 2, 2},
    {321, 239, 2, 1},
    {100, 75, 1, 1},
    {321, 239, 1, 2},
    {323, 57, 4, 1},
    {321, 239, 1, 1, JCS_GRAYSCALE},
    {320, 240, 2, 2, JCS_YCbCr, true},
    {333, 77, 2, 1, JCS_YCbCr, true},
    {77, 333, 1, 1, JCS_GRAYSCALE, true},
    {320, 240, 2, 2, JCS_YCbCr, false, 1},
    {1, 1, 2, 2},
    {16, 9, 2, 2},
    {17, 16, 2, 2},
};

std::string written(const JpegShape& shape) {
  return std::to_string(shape.width) + "x" + std::to_string(shape.height) + " " +
         std::to_string(shape.across) + ":" + std::to_string(shape.down) + " of " +
         std::to_string(shape.colors) + (shape.is_progressive ? " progressive" : "");
}

}  // namespace

TEST(JpegReader, PicturesAreThoseOfLibavcodec) {
  for (const JpegShape& shape : kShapes) expect_as_general(make_jpeg(shape), written(shape));
  expect_as_general(read_file(sample("photo.jpg")), "photo.jpg");
}

TEST(JpegReader, APartIsThatPartOfTheWhole) {
  for (const JpegShape& shape : kShapes) {
    const std::string bytes = make_jpeg(shape);
    const JpegPicture whole = picture_of(bytes);
    const int w = shape.width, h = shape.height;
    for (const JpegArea& area : {JpegArea{0, 0, w, h}, JpegArea{w / 2, h / 2, w - w / 2, h - h / 2},
                                 JpegArea{w / 3, h / 4, (w + 2) / 3, (h + 1) / 2},
                                 JpegArea{0, h - 1, w, 1}, JpegArea{w - 1, 0, 1, 1}}) {
      const JpegPicture part = picture_of(bytes, 1, area);
      EXPECT_EQ(distance(*whole.frame, *part.frame, part.area.left, part.area.top).max, 0)
          << written(shape);
      EXPECT_EQ(part.frame->width, part.area.width);
      EXPECT_EQ(part.frame->height, part.area.height);
      EXPECT_LE(part.area.left, area.left);
      EXPECT_LE(part.area.top, area.top);
      EXPECT_GE(part.area.left + part.area.width, area.left + area.width);
      EXPECT_GE(part.area.top + part.area.height, area.top + area.height);
      EXPECT_LT(part.area.width - area.width, 8);
      EXPECT_LT(part.area.height - area.height, 8);
    }
  }
}

TEST(JpegReader, SmallerPicturesAreScaledOnTheWay) {
  for (const JpegShape& shape : kShapes) {
    const std::string bytes = make_jpeg(shape);
    for (const int denominator : {2, 4, 8}) {
      const JpegPicture small = picture_of(bytes, denominator);
      EXPECT_EQ(small.frame->width, (shape.width + denominator - 1) / denominator);
      EXPECT_EQ(small.frame->height, (shape.height + denominator - 1) / denominator);
      EXPECT_EQ(small.area.width, shape.width);
    }
  }
  const std::string usual = make_jpeg({});
  EXPECT_EQ(picture_of(usual, 1).frame->format, AV_PIX_FMT_YUVJ420P);
  EXPECT_EQ(picture_of(usual, 2).frame->format, AV_PIX_FMT_YUVJ444P);  // all of the chroma
  EXPECT_EQ(picture_of(make_jpeg({320, 240, 2, 1}), 2).frame->format, AV_PIX_FMT_YUVJ422P);
}

TEST(JpegReader, APartOfASmallerPictureIsThatPartOfIt) {
  for (const JpegShape& shape : kShapes) {
    const std::string bytes = make_jpeg(shape);
    for (const int denominator : {2, 4, 8}) {
      const JpegPicture whole = picture_of(bytes, denominator);
      const JpegArea area{shape.width / 3, shape.height / 3, (shape.width + 2) / 3,
                          (shape.height + 2) / 3};
      const JpegPicture part = picture_of(bytes, denominator, area);
      EXPECT_EQ(distance(*whole.frame, *part.frame, part.area.left / denominator,
                         part.area.top / denominator)
                    .max,
                0)
          << written(shape) << " by " << denominator;
    }
  }
}

TEST(JpegReader, WhatIsLeftForTheScalerIsTwiceWhatIsWanted) {
  EXPECT_EQ(jpeg_denominator({0, 0, 500, 375}, {224, 224}), 1);
  EXPECT_EQ(jpeg_denominator({0, 0, 1000, 900}, {224, 224}), 2);
  EXPECT_EQ(jpeg_denominator({0, 0, 1000, 894}, {224, 224}), 1);
  EXPECT_EQ(jpeg_denominator({0, 0, 4000, 3000}, {320, 240}), 4);
  EXPECT_EQ(jpeg_denominator({0, 0, 8000, 6000}, {320, 240}), 8);
  EXPECT_EQ(jpeg_denominator({0, 0, 100, 100}, {200, 200}), 1);
}

TEST(JpegReader, NothingIsRoundedOnTheWay) {
  EXPECT_EQ(jpeg_denominator({0, 0, 4002, 3000}, {320, 240}), 2);
  EXPECT_EQ(jpeg_denominator({0, 0, 4001, 3000}, {320, 240}), 1);
  EXPECT_EQ(jpeg_denominator({4, 2, 4000, 3000}, {320, 240}), 2);
  EXPECT_EQ(jpeg_denominator({3, 0, 4000, 3000}, {320, 240}), 1);
}

TEST(JpegReader, TheShortWayCostsLittleQuality) {
  // In luma: the chroma of the half size is better, not equal, since none of it was thrown away.
  const std::string bytes = read_file(sample("photo.jpg"));  // 320x240
  ASSERT_EQ(jpeg_denominator({0, 0, 320, 240}, {80, 60}), 2);
  const auto at_80x60 = [](AvFramePtr frame) {
    const Item item(wrap_video_frame(std::move(frame), AVRational{1, 25}));
    return scale(item, {{"size", {"80x60"}}, {"format", {"gray"}}}).at(0);
  };
  const Item full = at_80x60(std::move(picture_of(bytes, 1).frame));
  const Item half = at_80x60(std::move(picture_of(bytes, 2).frame));
  EXPECT_GT(psnr(full.get<VideoFrame>(), half.get<VideoFrame>()), 37);
}

TEST(JpegReader, OrientationIsNotedAsLibavcodecNotesIt) {
  const std::string bytes = read_file(sample("turned.jpg"));
  EXPECT_EQ(matrix_of(*picture_of(bytes).frame), matrix_of(*general(bytes)));
  EXPECT_FALSE(matrix_of(*general(bytes)).empty());
  for (char orientation = 0; orientation <= 9; ++orientation) {
    std::string turned = bytes;
    turned[turned.find(std::string("\x01\x12\0\x03", 4)) + 9] = orientation;
    EXPECT_EQ(matrix_of(*picture_of(turned).frame), matrix_of(*general(turned)))
        << static_cast<int>(orientation);
  }
}

TEST(JpegReader, WhatItDoesNotKnowIsLeftToTheGeneralWay) {
  JpegReader reader(never);
  EXPECT_FALSE(open(reader, make_jpeg({64, 64, 1, 1, JCS_CMYK})));
  EXPECT_FALSE(open(reader, make_jpeg({64, 64, 1, 1, JCS_RGB})));
  EXPECT_FALSE(open(reader, make_jpeg({64, 64, 4, 2})));
  EXPECT_FALSE(open(reader, "no picture at all"));
  EXPECT_FALSE(open(reader, ""));
  EXPECT_TRUE(open(reader, make_jpeg({})));
}

TEST(JpegReader, DamageIsLeftToTheGeneralWay) {
  const std::string whole = make_jpeg({});
  JpegReader reader(never);
  for (std::size_t n_bytes = 0; n_bytes < whole.size(); n_bytes += 97) {
    const std::string part = whole.substr(0, n_bytes);
    if (open(reader, part)) {
      EXPECT_FALSE(reader.decode(1, std::nullopt)) << n_bytes;
      EXPECT_STRNE(reader.warning(), "");
    }
  }
  ASSERT_TRUE(open(reader, whole));
  EXPECT_TRUE(reader.decode(1, std::nullopt));
  EXPECT_STREQ(reader.warning(), "");
}

TEST(JpegReader, StopsWhenItIsTold) {
  const std::string bytes = make_jpeg({320, 240, 2, 2, JCS_YCbCr, true});
  int n_asked = 0;
  JpegReader reader([&n_asked] { return ++n_asked > 3; });
  ASSERT_TRUE(open(reader, bytes));
  EXPECT_FALSE(reader.decode(1, std::nullopt));
  EXPECT_EQ(n_asked, 4);
}

TEST(JpegReader, RealPicturesAreThoseOfLibavcodec) {
  const char* folder = std::getenv("CAPSTAN_MEDIA");
  if (!folder) GTEST_SKIP() << "set CAPSTAN_MEDIA to a folder of media";
  int n_taken = 0;
  std::map<std::string, int> left;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const std::string bytes = read_file(entry.path());
    JpegReader reader(never);
    if (!bytes.starts_with("\xFF\xD8\xFF")) continue;
    if (!open(reader, bytes) || !reader.decode(1, std::nullopt)) {
      ++left[reader.warning()];
      continue;
    }
    ++n_taken;
    EXPECT_EQ(decode_failure(file_item(entry.path())), "") << entry.path();
    expect_as_general(bytes, entry.path().string());
    EXPECT_EQ(matrix_of(*picture_of(bytes).frame), matrix_of(*general(bytes))) << entry.path();
  }
  std::cout << n_taken << " taken; left to the general way:\n";
  for (const auto& [reason, n] : left) {
    std::cout << "  " << n << ": " << (reason.empty() ? "unusual" : reason) << '\n';
  }
  EXPECT_GT(n_taken, 0);
}

}  // namespace capstan::ffmpeg
