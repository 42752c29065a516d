// The scale and encode stages, and the SDK's bridge that they stand on.
#include <gtest/gtest.h>

extern "C" {
#include <libavutil/imgutils.h>
}

#include "../test_support.hpp"
#include "scaler.hpp"

namespace capstan::ffmpeg {

namespace {

Item picture(const std::string& name, const std::string& at = "0s") {
  return decode(file_item(sample(name)), {{"video.at", {at}}}).at(0);
}

/// Decodes what encode made.
Item reread(const Item& image) {
  const Bytes& bytes = image.get<Bytes>();
  return decode(Item(make_ref<Bytes>(bytes.buffer()))).at(0);
}

/// Both as rgb24, so that their colours are compared and not their storage.
double similarity(const Item& a, const Item& b) {
  const Item x = scale(a, {{"format", {"rgb24"}}}).at(0);
  const Item y = scale(b, {{"format", {"rgb24"}}}).at(0);
  return psnr(x.get<VideoFrame>(), y.get<VideoFrame>());
}

/// The same pixels in a payload that no libav made.
Item without_native(const Item& item) {
  const auto& from = item.get<VideoFrame>();
  auto copy = make_ref<VideoFrame>();
  copy->format = from.format;
  copy->width = from.width;
  copy->height = from.height;
  copy->planes = from.planes;
  copy->color = from.color;
  copy->owner = from.owner;
  return item.with(std::move(copy));
}

}  // namespace

TEST(Scale, RoundsTheFreeSideAsFfmpegDoes) {
  EXPECT_EQ(fitted_size({320, -1}, 426, 240).height, 180);
  EXPECT_EQ(fitted_size({320, -1}, 1920, 1080).height, 180);
  EXPECT_EQ(fitted_size({320, -1}, 321, 239).height, 238);
  EXPECT_EQ(fitted_size({-1, 100}, 450, 600).width, 75);
  EXPECT_EQ(fitted_size({10, -1}, 1000, 2).height, 1);
}

TEST(Scale, EqualsTheScaleFilterInEveryFormat) {
  for (const char* name : {"clip.mp4", "odd_size.mp4", "ten_bit.mkv", "photo.jpg", "gray.png",
                           "deep.png", "alpha.png"}) {
    const auto ours = scale(picture(name), {{"size", {"100x-1"}}});
    EXPECT_EQ(md5_of(ours),
              tool_md5({}, sample(name), {"-an", "-vf", "scale=100:-1", "-frames:v", "1"}))
        << name;
  }
}

TEST(Scale, TurnsPalettesIntoColours) {
  const auto small = scale(picture("animated.gif"), {{"size", {"32x-1"}}});
  EXPECT_EQ(small.at(0).get<VideoFrame>().format, "bgra");
}

TEST(Scale, PassesOnWhatNeedsNoWork) {
  const Item frame = picture("clip.mp4");
  const auto same = scale(frame, {{"size", {"320x-1"}}}).at(0);
  EXPECT_EQ(same.get<VideoFrame>().planes[0].data, frame.get<VideoFrame>().planes[0].data);
}

TEST(Scale, KeepsTimesAndCorrectsTheAspectRatio) {
  const Item frame = picture("clip.mp4", "1s");
  const auto scaled = scale(frame, {{"size", {"160x240"}}}).at(0);
  const auto& out = scaled.get<VideoFrame>();
  EXPECT_EQ(out.pts, frame.get<VideoFrame>().pts);
  EXPECT_EQ(out.time_base, frame.get<VideoFrame>().time_base);
  EXPECT_EQ(out.sample_aspect_ratio, Rational({2, 1}));
}

TEST(Scale, RefusesFormatsThatDoNotExist) {
  EXPECT_THROW(StageHarness(capstan_plugin, "scale", {{"format", {"yuv421p"}}}),
               std::invalid_argument);
}

TEST(Scale, FitsAsItIsToldTo) {
  const Item frame = picture("clip.mp4");  // 320x240
  const auto size_of = [&frame](const Values& options) {
    const Item made = scale(frame, options).at(0);
    const auto& out = made.get<VideoFrame>();
    return std::to_string(out.width) + "x" + std::to_string(out.height);
  };
  EXPECT_EQ(size_of({{"size", {"100x100"}}}), "100x100");
  EXPECT_EQ(size_of({{"size", {"100x100"}}, {"fit", {"contain"}}}), "100x75");
  EXPECT_EQ(size_of({{"size", {"100x100"}}, {"fit", {"cover"}}}), "100x100");
  EXPECT_EQ(size_of({{"crop", {"64x48+2+4"}}}), "64x48");
}

TEST(Scale, CropsAsTheCropFilterDoes) {
  const auto ours = scale(picture("clip.mp4"), {{"crop", {"200x100+20+30"}}, {"size", {"90x70"}}});
  EXPECT_EQ(md5_of(ours),
            tool_md5({}, sample("clip.mp4"),
                     {"-an", "-vf", "crop=200:100:20:30,scale=90:70", "-frames:v", "1"}));
  const auto cover = scale(picture("clip.mp4"), {{"size", {"90x90"}}, {"fit", {"cover"}}});
  EXPECT_EQ(md5_of(cover), tool_md5({}, sample("clip.mp4"),
                                    {"-an", "-vf", "crop=240:240,scale=90:90", "-frames:v", "1"}));
}

TEST(Scale, GivesSquareSamplesWhereItKeepsTheShape) {
  const Item wide = scale(picture("clip.mp4"), {{"size", {"160x240"}}}).at(0);  // samples of 2:1
  for (const char* filter : {"bicubic", "bilinear"}) {
    const Item made =
        scale(wide, {{"size", {"80x80"}}, {"fit", {"contain"}}, {"filter", {filter}}}).at(0);
    const auto& out = made.get<VideoFrame>();
    EXPECT_EQ(out.width, 80);
    EXPECT_EQ(out.height, 60);
    EXPECT_EQ(out.sample_aspect_ratio, Rational({1, 1}));
  }
}

TEST(Scale, BilinearIsThatOfTheToolUpToRounding) {
  const struct {
    const char* name;
    const char* place;  // of chroma, which the tool does not look up
  } cases[] = {{"clip.mp4", ":in_h_chr_pos=0:out_h_chr_pos=0"},
               {"odd_size.mp4", ""},
               {"photo.jpg", ":in_v_chr_pos=128:out_v_chr_pos=128"},
               {"gray.png", ""}};
  for (const auto& [name, place] : cases) {
    const Item frame = picture(name);
    const Item made = scale(frame, {{"size", {"100x60"}}, {"filter", {"bilinear"}}}).at(0);
    EXPECT_EQ(made.get<VideoFrame>().format, frame.get<VideoFrame>().format);
    const std::string filter =
        "scale=100:60:flags=bilinear+accurate_rnd+full_chroma_inp+full_chroma_int" +
        std::string(place);
    const std::string raw = run({"ffmpeg", "-nostdin", "-v", "error", "-i", sample(name).string(),
                                 "-frames:v", "1", "-vf", filter, "-f", "rawvideo", "-"});
    auto theirs = make_ref<VideoFrame>();
    const auto& ours = made.get<VideoFrame>();
    theirs->format = ours.format;
    theirs->width = ours.width;
    theirs->height = ours.height;
    const AVPixelFormat format = av_get_pix_fmt(ours.format.c_str());
    std::uint8_t* data[4];
    int strides[4];
    ASSERT_GT(av_image_fill_arrays(data, strides, reinterpret_cast<const std::uint8_t*>(raw.data()),
                                   format, 100, 60, 1),
              0);
    for (std::size_t i = 0; i < 4; ++i) {
      theirs->planes[i] = {reinterpret_cast<std::byte*>(data[i]), strides[i]};
    }
    EXPECT_GT(psnr(ours, *theirs), 48) << name;
  }
}

TEST(Scale, BilinearLeavesOtherFormatsToTheLibrary) {
  for (const char* name : {"ten_bit.mkv", "deep.png", "alpha.png"}) {
    const auto ours = scale(picture(name), {{"size", {"100x60"}}, {"filter", {"bilinear"}}});
    EXPECT_EQ(md5_of(ours),
              tool_md5({}, sample(name),
                       {"-an", "-vf", "scale=100:60:flags=bilinear+accurate_rnd+full_chroma_int",
                        "-frames:v", "1"}))
        << name;
  }
}

TEST(Scale, AcceptsPicturesThatNoLibavMade) {
  const Item frame = picture("clip.mp4");
  EXPECT_EQ(md5_of(scale(without_native(frame), {{"size", {"100x-1"}}})),
            md5_of(scale(frame, {{"size", {"100x-1"}}})));
}

TEST(EncodeJpeg, IsCloseToThePicture) {
  for (const char* name : {"clip.mp4", "odd_size.mp4", "ten_bit.mkv", "photo.jpg", "gray.png",
                           "deep.png", "photo.webp"}) {
    const Item original = picture(name);
    const Item image = encode(original, {{"quality", {"95"}}});
    EXPECT_EQ(image.get<Bytes>().media_type(), "image/jpeg");
    EXPECT_EQ(image.get<Bytes>().buffer().text().substr(0, 2), "\xff\xd8");
    EXPECT_GT(similarity(original, reread(image)), 33) << name;
  }
}

TEST(EncodeJpeg, ConvertsTheColourMatrixOfHighDefinition) {
  const Item original = picture("bt709.mp4");
  ASSERT_EQ(original.get<VideoFrame>().color.matrix, 1);
  const Item image = encode(original, {{"quality", {"95"}}});
  EXPECT_GT(similarity(original, reread(image)), 33);
  const Item webp = encode(original, {{"quality", {"95"}}, {"format", {"webp"}}});
  EXPECT_GT(similarity(original, reread(webp)), 30);
}

TEST(EncodeJpeg, KeepsTheChromaResolution) {
  EXPECT_EQ(reread(encode(picture("clip.mp4"))).get<VideoFrame>().format, "yuvj420p");
  EXPECT_EQ(reread(encode(picture("odd_size.mp4"))).get<VideoFrame>().format, "yuvj444p");
  EXPECT_EQ(reread(encode(picture("gray.png"))).get<VideoFrame>().format, "gray");
}

TEST(EncodeJpeg, IsSmallerAtLowerQuality) {
  const Item frame = picture("photo.jpg");
  EXPECT_LT(encode(frame, {{"quality", {"20"}}}).get<Bytes>().size_bytes(),
            encode(frame, {{"quality", {"90"}}}).get<Bytes>().size_bytes());
}

TEST(EncodePng, LosesNothing) {
  for (const char* name : {"gray.png", "deep.png", "alpha.png"}) {
    const Item original = picture(name);
    const Item image = encode(original, {{"format", {"png"}}});
    EXPECT_EQ(image.get<Bytes>().media_type(), "image/png");
    EXPECT_EQ(md5_of(reread(image).get<VideoFrame>()), md5_of(original.get<VideoFrame>())) << name;
  }
}

TEST(EncodeWebp, IsCloseToThePictureAndKeepsAlpha) {
  const Item original = picture("photo.jpg");
  const Item image = encode(original, {{"format", {"webp"}}, {"quality", {"95"}}});
  EXPECT_EQ(image.get<Bytes>().media_type(), "image/webp");
  EXPECT_GT(similarity(original, reread(image)), 33);
  const Item clear = reread(encode(picture("alpha.png"), {{"format", {"webp"}}}));
  EXPECT_TRUE(clear.get<VideoFrame>().format.view().find('a') != std::string_view::npos);
}

TEST(Encode, NamesAPictureThatIsTooLarge) {
  const Item wide = scale(picture("alpha.png"), {{"size", {"17000x2"}}}).at(0);
  try {
    encode(wide, {{"format", {"webp"}}});
    FAIL() << "encoded a picture that WebP has no room for";
  } catch (const StageFailed& failure) {
    EXPECT_STREQ(failure.what(),
                 "a picture of 17000x2 does not fit image/webp, whose sides end at 16383");
  }
}

TEST(Encode, TakesPicturesStoredBottomUp) {
  const Item frame = scale(picture("photo.jpg"), {{"format", {"rgb24"}}}).at(0);
  Item flipped = without_native(frame);
  auto* view = flipped.get_writable<VideoFrame>();
  ASSERT_NE(view, nullptr);
  Plane& plane = view->planes[0];
  plane.data += plane.stride * (view->height - 1);
  plane.stride = -plane.stride;
  const Item twice = reread(encode(flipped, {{"format", {"png"}}}));
  const auto upside_down = tool_md5({}, sample("photo.jpg"), {"-vf", "format=rgb24,vflip"});
  EXPECT_EQ(md5_of(twice.get<VideoFrame>()), upside_down.at(0));
}

}  // namespace capstan::ffmpeg
