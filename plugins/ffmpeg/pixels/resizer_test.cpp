// What the scaler's results are worth, measured against the exact filter.
#include <gtest/gtest.h>

#include <cstring>

extern "C" {
#include <libavutil/pixdesc.h>
}

#include "test_pictures.hpp"

namespace capstan::ffmpeg::pixels {

namespace {

std::array<int, 3> pixel(const std::vector<std::uint8_t>& packed, std::size_t i = 0) {
  return {packed[3 * i], packed[3 * i + 1], packed[3 * i + 2]};
}

std::array<int, 3> color_of(AVPixelFormat format, const std::array<std::uint8_t, 3>& samples,
                            AVColorSpace matrix, AVColorRange range) {
  TestPicture picture(format, 16, 16);
  picture.fill(samples);
  picture.frame().colorspace = matrix;
  picture.frame().color_range = range;
  Resizer resizer;
  return pixel(resized_rgb(resizer, picture.frame(), whole(picture.frame()), 4, 4));
}

using Color = std::array<int, 3>;

}  // namespace

TEST(Filter, WeightsSumToTheWholeAndLieInside) {
  for (const double step : {0.1, 0.5, 1.0, 1.3, 2.0, 8.57, 40.0, 300.0}) {
    Axis axis{1000, 0, 0, step};
    axis.n_outputs = std::max(1, static_cast<int>(1000 / step));
    axis.first = step / 2 - 0.5;
    for (const int n_bits : {7, 9, kFilterBits}) {
      const Filter filter = with_bits(triangle_filter(axis), n_bits);
      for (int i = 0; i < filter.n_outputs; ++i) {
        const auto* weights = filter.weights.data() + i * filter.n_taps;
        int sum = 0;
        for (int t = 0; t < filter.n_taps; ++t) sum += weights[t];
        EXPECT_EQ(sum, 1 << n_bits);
        EXPECT_GE(filter.starts[static_cast<std::size_t>(i)], 0);
        EXPECT_LE(filter.starts[static_cast<std::size_t>(i)] + filter.n_taps, axis.n_samples);
      }
    }
  }
}

TEST(Resizer, KeepsPicturesThatKeepTheirSize) {
  TestPicture picture(AV_PIX_FMT_RGB24, 37, 21);
  picture.fill(5);
  Resizer resizer;
  const auto same = resized_rgb(resizer, picture.frame(), whole(picture.frame()), 37, 21);
  EXPECT_EQ(0, std::memcmp(same.data(), picture.frame().data[0], same.size()));
}

TEST(Resizer, KeepsEvenColoursAtEverySize) {
  for (const int side : {1, 5, 16, 40}) {
    TestPicture picture(AV_PIX_FMT_YUV420P, 33, 17);
    picture.fill(std::array<std::uint8_t, 3>{200, 100, 150});
    Resizer resizer;
    const auto packed = resized_rgb(resizer, picture.frame(), whole(picture.frame()), side, side);
    for (std::size_t i = 1; i < packed.size() / 3; ++i) ASSERT_EQ(pixel(packed, i), pixel(packed));
  }
}

TEST(Resizer, KnowsBlackAndWhiteOfBothRanges) {
  for (const AVColorSpace matrix : {AVCOL_SPC_BT470BG, AVCOL_SPC_BT709, AVCOL_SPC_BT2020_NCL}) {
    const auto limited = AVCOL_RANGE_MPEG, full = AVCOL_RANGE_JPEG;
    EXPECT_EQ(color_of(AV_PIX_FMT_YUV420P, {16, 128, 128}, matrix, limited), Color({0, 0, 0}));
    EXPECT_EQ(color_of(AV_PIX_FMT_YUV420P, {235, 128, 128}, matrix, limited),
              Color({255, 255, 255}));
    EXPECT_EQ(color_of(AV_PIX_FMT_YUV420P, {0, 128, 128}, matrix, full), Color({0, 0, 0}));
    EXPECT_EQ(color_of(AV_PIX_FMT_YUV420P, {255, 128, 128}, matrix, full), Color({255, 255, 255}));
  }
}

// Pure red, as H.273 codes it.
TEST(Resizer, FollowsTheMatrixOfTheFrame) {
  const auto limited = AVCOL_RANGE_MPEG;
  const auto near_red = [](const Color& color) {
    return color[0] >= 253 && color[1] <= 2 && color[2] <= 2;
  };
  EXPECT_TRUE(near_red(color_of(AV_PIX_FMT_YUV444P, {81, 90, 240}, AVCOL_SPC_SMPTE170M, limited)));
  EXPECT_TRUE(near_red(color_of(AV_PIX_FMT_YUV444P, {63, 102, 240}, AVCOL_SPC_BT709, limited)));
  EXPECT_TRUE(near_red(color_of(AV_PIX_FMT_YUV444P, {74, 97, 240}, AVCOL_SPC_BT2020_NCL, limited)));
}

TEST(Resizer, TakesWhatIsNotSaidAsFfmpegDoes) {
  const auto nothing = AVCOL_RANGE_UNSPECIFIED;
  const auto unknown = AVCOL_SPC_UNSPECIFIED;
  EXPECT_EQ(color_of(AV_PIX_FMT_YUV420P, {235, 128, 128}, unknown, nothing)[0], 255);
  EXPECT_EQ(color_of(AV_PIX_FMT_YUVJ420P, {235, 128, 128}, unknown, nothing)[0], 235);
  EXPECT_EQ(color_of(AV_PIX_FMT_GRAY8, {235}, unknown, nothing), Color({235, 235, 235}));
  EXPECT_EQ(color_of(AV_PIX_FMT_YUV444P, {81, 90, 240}, unknown, nothing),
            color_of(AV_PIX_FMT_YUV444P, {81, 90, 240}, AVCOL_SPC_SMPTE170M, AVCOL_RANGE_MPEG));
}

// Luma rises from left to right, and chroma with it where the site says that it lies.
TEST(Resizer, PlacesChromaWhereTheFrameSays) {
  for (const AVChromaLocation at : {AVCHROMA_LOC_LEFT, AVCHROMA_LOC_CENTER}) {
    TestPicture picture(AV_PIX_FMT_YUV420P, 64, 8);
    AVFrame& frame = picture.frame();
    frame.chroma_location = at;
    frame.color_range = AVCOL_RANGE_JPEG;
    picture.fill(std::array<std::uint8_t, 3>{128, 128, 128});
    const double site = at == AVCHROMA_LOC_LEFT ? 0.5 : 1;
    for (int y = 0; y < 4; ++y) {
      for (int x = 0; x < 32; ++x) {
        frame.data[2][y * frame.linesize[2] + x] = static_cast<std::uint8_t>(64 + 2 * x * 2);
      }
    }
    Resizer resizer;
    const auto packed = resized_rgb(resizer, frame, whole(frame), 64, 8);
    // V is 64 + 2 * (place - site) at every place in the middle of the picture.
    const double v = 64 + 2 * (20.5 - site) - 128;
    EXPECT_NEAR(packed[3 * 20], 128 + 1.402 * v, 0.8) << at;
  }
}

TEST(Resizer, IsCloseToTheExactFilterForEveryFormat) {
  for (const AVPixelFormat format :
       {AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUV444P, AV_PIX_FMT_NV12,
        AV_PIX_FMT_GRAY8, AV_PIX_FMT_RGB24, AV_PIX_FMT_RGBA}) {
    TestPicture picture(format, 211, 97, 3);
    picture.fill(9);
    AVFrame& frame = picture.frame();
    const bool is_full = is_full_range(frame);
    frame.color_range = is_full ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
    Resizer resizer;
    for (const Rect crop : {whole(frame), Rect{7, 3, 101, 80}}) {
      for (const int width : {300, 211, 90, 20}) {
        const auto packed = resized_rgb(resizer, frame, crop, width, 50);
        EXPECT_GT(psnr(exact_rgb(frame, crop, width, 50), packed), 50)
            << av_get_pix_fmt_name(format) << " to " << width;
      }
    }
  }
}

TEST(Resizer, ReadsNothingOutsideTheCrop) {
  for (const AVPixelFormat format : {AV_PIX_FMT_YUV444P, AV_PIX_FMT_RGB24}) {
    TestPicture picture(format, 40, 30);
    picture.fill(4);
    Resizer resizer;
    const auto before = resized_rgb(resizer, picture.frame(), {5, 4, 20, 16}, 9, 9);
    AVFrame& frame = picture.frame();
    const int n_planes = find_format(format)->n_planes;
    const int step = find_format(format)->step[0];
    for (int plane = 0; plane < n_planes; ++plane) {
      for (int y = 0; y < 30; ++y) {
        for (int x = 0; x < 40 * step; ++x) {
          const bool is_inside = y >= 4 && y < 20 && x >= 5 * step && x < 25 * step;
          if (!is_inside) frame.data[plane][y * frame.linesize[plane] + x] ^= 0xFF;
        }
      }
    }
    EXPECT_EQ(resized_rgb(resizer, frame, {5, 4, 20, 16}, 9, 9), before);
  }
}

TEST(Resizer, TakesPicturesStoredBottomUp) {
  TestPicture picture(AV_PIX_FMT_GRAY8, 20, 10);
  picture.fill(2);
  Resizer resizer;
  const auto upright = resized_rgb(resizer, picture.frame(), {0, 0, 20, 10}, 10, 5);
  AVFrame& frame = picture.frame();
  frame.data[0] += 9 * std::ptrdiff_t{frame.linesize[0]};
  frame.linesize[0] = -frame.linesize[0];
  const auto flipped = resized_rgb(resizer, frame, {0, 0, 20, 10}, 10, 5);
  for (std::size_t row = 0; row < 5; ++row) {
    for (std::size_t i = 0; i < 30; ++i) {
      // Halves are rounded up, also after turning: off by one at most.
      EXPECT_NEAR(flipped[row * 30 + i], upright[(4 - row) * 30 + i], 1);
    }
  }
}

TEST(Resizer, NamesACropThatIsNotInside) {
  TestPicture picture(AV_PIX_FMT_GRAY8, 20, 10);
  Resizer resizer;
  for (const Rect crop :
       {Rect{-1, 0, 5, 5}, Rect{16, 0, 5, 5}, Rect{0, 6, 5, 5}, Rect{0, 0, 0, 5}}) {
    EXPECT_THROW(resized_rgb(resizer, picture.frame(), crop, 4, 4), std::invalid_argument);
  }
}

TEST(Format, FindsTheNearestForEveryOther) {
  EXPECT_EQ(nearest_format(AV_PIX_FMT_YUV420P10LE), AV_PIX_FMT_YUV420P);
  EXPECT_EQ(nearest_format(AV_PIX_FMT_YUV422P12LE), AV_PIX_FMT_YUV422P);
  EXPECT_EQ(nearest_format(AV_PIX_FMT_GBRP), AV_PIX_FMT_RGB24);
  EXPECT_EQ(nearest_format(AV_PIX_FMT_RGB48BE), AV_PIX_FMT_RGB24);
  EXPECT_EQ(nearest_format(AV_PIX_FMT_GRAY16LE), AV_PIX_FMT_GRAY8);
  EXPECT_EQ(nearest_format(AV_PIX_FMT_MONOBLACK), AV_PIX_FMT_GRAY8);
}

}  // namespace capstan::ffmpeg::pixels
