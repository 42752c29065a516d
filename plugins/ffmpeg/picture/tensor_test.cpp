// The tensor stage.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../test_support.hpp"
#include "fit.hpp"

namespace capstan::ffmpeg {

namespace {

using testing::ElementsAre;

Item picture(const std::string& name) {
  return decode(file_item(sample(name)), {{"video.at", {"0s"}}}).at(0);
}

Item tensor_of(const Item& frame, const Values& options) {
  StageHarness stage(capstan_plugin, "tensor", options);
  return stage.feed(frame).at(0);
}

const std::uint8_t* bytes_of(const Item& item) {
  return reinterpret_cast<const std::uint8_t*>(item.get<Tensor>().buffer.data());
}
const float* floats_of(const Item& item) {
  return reinterpret_cast<const float*>(item.get<Tensor>().buffer.data());
}

/// A frame whose numbers alone matter.
AvFramePtr frame_of(int width, int height, AVRational sar = {0, 1}) {
  AvFramePtr frame = make_av_frame();
  frame->width = width;
  frame->height = height;
  frame->sample_aspect_ratio = sar;
  return frame;
}

Placement placed(const AvFramePtr& frame, Dimensions size, Fit fit) {
  return Sizing{size, fit, {}}.place(*frame);
}

std::string refusal(const Values& options) {
  try {
    StageHarness stage(capstan_plugin, "tensor", options);
    return {};
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

}  // namespace

TEST(Sizing, ContainKeepsTheShapeInsideTheBox) {
  const Placement wide = placed(frame_of(1920, 1080), {300, 300}, Fit::contain);
  EXPECT_EQ(wide.size.width, 300);
  EXPECT_EQ(wide.size.height, 169);
  EXPECT_EQ(wide.part, (pixels::Rect{0, 0, 1920, 1080}));
  const Placement high = placed(frame_of(1080, 1920), {300, 300}, Fit::contain);
  EXPECT_EQ(high.size.width, 169);
  EXPECT_EQ(high.size.height, 300);
}

TEST(Sizing, CoverFillsTheBoxWithTheMiddle) {
  const Placement wide = placed(frame_of(1920, 1080), {224, 224}, Fit::cover);
  EXPECT_EQ(wide.size.width, 224);
  EXPECT_EQ(wide.size.height, 224);
  EXPECT_EQ(wide.part, (pixels::Rect{420, 0, 1080, 1080}));
  EXPECT_EQ(placed(frame_of(100, 400), {200, 100}, Fit::cover).part,
            (pixels::Rect{0, 175, 100, 50}));
}

TEST(Sizing, ContainAndCoverTakeTheShapeThatIsMeant) {
  const AvFramePtr dvd = frame_of(720, 576, {64, 45});  // 16:9
  const Placement inside = placed(dvd, {320, 320}, Fit::contain);
  EXPECT_EQ(inside.size.width, 320);
  EXPECT_EQ(inside.size.height, 180);
  EXPECT_TRUE(inside.has_square_samples);
  EXPECT_EQ(placed(dvd, {180, 180}, Fit::cover).part, (pixels::Rect{157, 0, 405, 576}));
}

TEST(Sizing, CropTakesTheMiddleOrAPlace) {
  const AvFramePtr frame = frame_of(100, 80);
  Sizing sizing;
  sizing.crop = parse_crop("40x20");
  EXPECT_EQ(sizing.place(*frame).part, (pixels::Rect{30, 30, 40, 20}));
  sizing.crop = parse_crop("40x20+60+5");
  EXPECT_EQ(sizing.place(*frame).part, (pixels::Rect{60, 5, 40, 20}));
  EXPECT_EQ(sizing.place(*frame).size.width, 40);
  sizing.crop = parse_crop("40x20+61+5");
  EXPECT_THROW(sizing.place(*frame), std::runtime_error);
  for (const char* bad :
       {"", "40", "40x", "-1x20", "40x20+1", "40x20+-1+2", "40x20+1+2+3", "0x5"}) {
    EXPECT_THROW(parse_crop(bad), std::invalid_argument) << bad;
  }
}

TEST(Tensor, HasTheShapeOfItsLayout) {
  const Item frame = picture("clip.mp4");
  const Item hwc = tensor_of(frame, {{"size", {"64x48"}}});
  EXPECT_THAT(hwc.get<Tensor>().shape, ElementsAre(48, 64, 3));
  EXPECT_EQ(hwc.get<Tensor>().size_bytes(), 48U * 64 * 3);
  const Item chw = tensor_of(frame, {{"size", {"64x48"}}, {"layout", {"chw"}}});
  EXPECT_THAT(chw.get<Tensor>().shape, ElementsAre(3, 48, 64));
  for (int c = 0; c < 3; ++c) {
    for (int i = 0; i < 48 * 64; ++i) {
      ASSERT_EQ(bytes_of(chw)[c * 48 * 64 + i], bytes_of(hwc)[3 * i + c]);
    }
  }
}

TEST(Tensor, OfFloatsIsThatOfBytesNormalised) {
  const Item frame = picture("clip.mp4");
  const Item bytes = tensor_of(frame, {{"size", {"50x30"}}});
  const Item floats = tensor_of(frame, {{"size", {"50x30"}},
                                        {"dtype", {"float32"}},
                                        {"mean", {"0.485", "0.456", "0.406"}},
                                        {"std", {"0.229", "0.224", "0.225"}}});
  const double mean[] = {0.485, 0.456, 0.406}, std[] = {0.229, 0.224, 0.225};
  for (int i = 0; i < 50 * 30 * 3; ++i) {
    ASSERT_NEAR(floats_of(floats)[i], (bytes_of(bytes)[i] / 255.0 - mean[i % 3]) / std[i % 3],
                2e-6);
  }
  const Item plain = tensor_of(frame, {{"size", {"50x30"}}, {"dtype", {"float32"}}});
  const Item wide =
      tensor_of(frame, {{"size", {"50x30"}}, {"dtype", {"float32"}}, {"scale", {"255"}}});
  for (int i = 0; i < 50 * 30 * 3; ++i) {
    ASSERT_NEAR(floats_of(plain)[i], bytes_of(bytes)[i] / 255.0, 1e-6);
    ASSERT_NEAR(floats_of(wide)[i], bytes_of(bytes)[i], 1e-4);
  }
}

TEST(Tensor, IsCloseToTheToolsPictureWhateverTheFormat) {
  for (const char* name : {"clip.mp4", "odd_size.mp4", "ten_bit.mkv", "bt709.mp4", "photo.jpg",
                           "gray.png", "deep.png", "photo.webp", "animated.gif"}) {
    const Item frame = picture(name);
    const Item ours = tensor_of(frame, {{"size", {"60x44"}}});
    // The tool does not look where chroma lies; in 4:2:0 of limited range it lies left.
    const bool is_left = frame.get<VideoFrame>().format.view().find("yuv420p") == 0;
    const std::string place = is_left ? ":in_h_chr_pos=0:in_v_chr_pos=128" : "";
    const std::string filter =
        "scale=60:44:flags=bilinear+accurate_rnd+full_chroma_int+full_chroma_inp" + place;
    const std::string raw =
        run({"ffmpeg", "-nostdin", "-v", "error", "-i", sample(name).string(), "-frames:v", "1",
             "-vf", filter, "-pix_fmt", "rgb24", "-f", "rawvideo", "-"});
    ASSERT_EQ(raw.size(), 60U * 44 * 3) << name;
    double sum = 0;
    for (std::size_t i = 0; i < raw.size(); ++i) {
      const double difference = bytes_of(ours)[i] - static_cast<std::uint8_t>(raw[i]);
      sum += difference * difference / static_cast<double>(raw.size());
    }
    EXPECT_LT(sum, 6.5) << name;  // 40 dB
  }
}

TEST(Tensor, KeepsJobAndMetadata) {
  Item frame = picture("photo.jpg");
  frame.set_meta("kind", "test");
  EXPECT_EQ(tensor_of(frame, {{"size", {"8x8"}}}).meta("kind"), "test");
}

TEST(Tensor, RefusesOptionsThatContradictEachOther) {
  EXPECT_EQ(refusal({{"mean", {"0.5"}}}), "'mean' needs 'dtype: float32'");
  EXPECT_EQ(refusal({{"dtype", {"float32"}}, {"std", {"1", "2"}}}),
            "'std': expected one number or three, got 2");
  EXPECT_EQ(refusal({{"fit", {"cover"}}, {"size", {"10x-1"}}}),
            "'fit: cover' needs both sides of 'size'");
  EXPECT_EQ(refusal({{"fit", {"contain"}}}), "'fit: contain' needs 'size'");
  EXPECT_NE(refusal({{"dtype", {"float32"}}, {"std", {"0"}}}), "");
}

TEST(Tensor, NamesACropThatIsNotInside) {
  StageHarness stage(capstan_plugin, "tensor", {{"crop", {"1000x10"}}});
  try {
    stage.feed(picture("clip.mp4"));
    FAIL() << "cropped more than there is";
  } catch (const StageFailed& failure) {
    EXPECT_STREQ(failure.what(),
                 "'crop' of 1000x10 at -340,115 is not inside a picture of 320x240");
  }
}

}  // namespace capstan::ffmpeg
