// Every kind of kernels gives the bits of the plain ones, and touches nothing but its own memory.
#include <gtest/gtest.h>

#include <random>

extern "C" {
#include <libavutil/pixdesc.h>
}

#include "test_pictures.hpp"

namespace capstan::ffmpeg::pixels {

namespace {

constexpr AVPixelFormat kFormats[] = {
    AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUV422P, AV_PIX_FMT_YUV444P,
    AV_PIX_FMT_NV12,    AV_PIX_FMT_GRAY8,    AV_PIX_FMT_RGB24,   AV_PIX_FMT_BGRA,
};

/// What is done to a picture.
struct Case {
  AVPixelFormat format;
  int width, height;
  Rect crop;
  int out_width, out_height;
  bool is_planar = false, is_float = false;
  int gap = 0;  // bytes or floats between rows

  std::string text() const {
    return std::string(av_get_pix_fmt_name(format)) + " " + std::to_string(width) + "x" +
           std::to_string(height) + " crop " + std::to_string(crop.width) + "x" +
           std::to_string(crop.height) + " at " + std::to_string(crop.x) + "," +
           std::to_string(crop.y) + " to " + std::to_string(out_width) + "x" +
           std::to_string(out_height) + (is_planar ? " planar" : "") + (is_float ? " float" : "");
  }
};

constexpr std::uint8_t kUntouched = 0xA5;

/// The target's memory, gaps between its rows included.
std::vector<std::uint8_t> result(const Kernels& kernels, const Case& c, const AVFrame& picture) {
  const std::size_t size = c.is_float ? sizeof(float) : 1;
  RgbTarget target;
  target.width = c.out_width;
  target.height = c.out_height;
  target.is_planar = c.is_planar;
  target.is_float = c.is_float;
  const std::size_t row = static_cast<std::size_t>(c.out_width) * (c.is_planar ? 1 : 3) * size +
                          static_cast<std::size_t>(c.gap) * size;
  const std::size_t plane = row * static_cast<std::size_t>(c.out_height);
  target.row_stride = static_cast<std::ptrdiff_t>(row);
  target.plane_stride = static_cast<std::ptrdiff_t>(plane);
  target.scale = {1.F / 255 / 0.229F, 1.F / 255 / 0.224F, 1.F / 255 / 0.225F};
  target.offset = {-0.485F / 0.229F, -0.456F / 0.224F, -0.406F / 0.225F};
  std::vector<std::uint8_t> memory(plane * (c.is_planar ? 3 : 1), kUntouched);
  target.data = memory.data();
  Resizer resizer(kernels);
  resizer.to_rgb(picture, c.crop, target);
  return memory;
}

void expect_same_bits(const Case& c, unsigned seed) {
  TestPicture picture(c.format, c.width, c.height, c.gap);
  picture.fill(seed);
  const auto expected = result(kPlainKernels, c, picture.frame());
  for (const Kernels* kernels : available_kernels()) {
    ASSERT_EQ(result(*kernels, c, picture.frame()), expected) << kernels->name << ": " << c.text();
  }
}

}  // namespace

TEST(Kernels, GiveTheSameBitsForSidesOfAllSmallSizes) {
  unsigned seed = 0;
  for (const AVPixelFormat format : kFormats) {
    for (const int from : {1, 2, 3, 5, 8, 31, 33, 64, 65}) {
      for (const int to : {1, 2, 7, 16, 17, 33}) {
        expect_same_bits({format, from, from, {0, 0, from, from}, to, to}, ++seed);
        expect_same_bits({format, from, 3, {0, 0, from, 3}, to, 2, true}, ++seed);
      }
    }
  }
}

TEST(Kernels, GiveTheSameBitsForManyRandomGeometries) {
  std::mt19937 random(1);
  const auto number = [&random](int low, int high) {
    return low + static_cast<int>(random() % static_cast<unsigned>(high - low + 1));
  };
  for (int i = 0; i < 400; ++i) {
    Case c{};
    c.format = kFormats[number(0, std::size(kFormats) - 1)];
    c.width = number(1, i % 8 == 0 ? 3000 : 400);
    c.height = number(1, 90);
    c.crop.x = number(0, c.width - 1);
    c.crop.y = number(0, c.height - 1);
    c.crop.width = number(1, c.width - c.crop.x);
    c.crop.height = number(1, c.height - c.crop.y);
    c.out_width = number(1, 150);
    c.out_height = number(1, 30);
    c.is_planar = number(0, 1) == 1;
    c.is_float = number(0, 1) == 1;
    c.gap = number(0, 5);
    expect_same_bits(c, static_cast<unsigned>(i));
  }
}

TEST(Kernels, GiveTheSameBitsHoweverStrongTheReduction) {
  for (const int to : {1, 2, 9, 40, 130, 224, 480, 900, 1300, 1901, 3840, 5000}) {
    expect_same_bits({AV_PIX_FMT_YUV420P, 3840, 5, {0, 0, 3840, 5}, to, 3},
                     static_cast<unsigned>(to));
    expect_same_bits({AV_PIX_FMT_GRAY8, 5, 3840, {0, 0, 5, 3840}, 3, to},
                     static_cast<unsigned>(to));
  }
}

TEST(Kernels, LeaveTheGapsBetweenRowsAlone) {
  TestPicture picture(AV_PIX_FMT_YUV420P, 50, 40);
  picture.fill(1);
  for (const Kernels* kernels : available_kernels()) {
    const Case c{AV_PIX_FMT_YUV420P, 50, 40, {0, 0, 50, 40}, 21, 10, false, false, 7};
    const auto memory = result(*kernels, c, picture.frame());
    for (std::size_t i = 0; i < memory.size(); ++i) {
      const bool is_gap = i % 70 >= 63;
      ASSERT_TRUE(!is_gap || memory[i] == kUntouched) << kernels->name << " at " << i;
    }
  }
}

TEST(Kernels, GiveTheSamePlanes) {
  for (const AVPixelFormat format : {AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUV422P, AV_PIX_FMT_YUV444P}) {
    TestPicture picture(format, 131, 77);
    picture.fill(3);
    std::vector<std::vector<std::uint8_t>> results;
    for (const Kernels* kernels : available_kernels()) {
      std::vector<std::uint8_t> memory(3 * 64 * 40, kUntouched);
      PlaneTarget target{53, 31, {}, {64, 64, 64}};
      for (int c = 0; c < 3; ++c) target.data[c] = memory.data() + 64 * 40 * c;
      Resizer(*kernels).to_planes(picture.frame(), {3, 5, 121, 71}, target);
      results.push_back(std::move(memory));
    }
    for (const auto& memory : results) EXPECT_EQ(memory, results.back());
  }
}

}  // namespace capstan::ffmpeg::pixels
