// The scaler of pixels/ on pictures of this plugin's decoder, measured beside libswscale.
#include <gtest/gtest.h>

#include <cstdlib>

#include "../pixels/test_pictures.hpp"
#include "../test_support.hpp"

namespace fs = std::filesystem;

namespace capstan::ffmpeg {

namespace {

struct Size {
  int width;
  int height;
};
constexpr Size kSizes[] = {{224, 224}, {320, 180}, {640, 360}, {1280, 720}, {97, 61}};

/// Both end at what rounding to bytes costs, near 59 dB; beyond that they differ by chance.
constexpr double kTolerance = 0.1;

/// Checks that ours is no further from the exact filter than libswscale's most exact bilinear.
void compare(const std::string& name, const AVFrame& picture) {
  pixels::Resizer resizer;
  for (const Size& size : kSizes) {
    const auto exact = pixels::exact_rgb(picture, pixels::whole(picture), size.width, size.height);
    const double ours = pixels::psnr(
        exact,
        pixels::resized_rgb(resizer, picture, pixels::whole(picture), size.width, size.height));
    const double theirs =
        pixels::psnr(exact, pixels::swscale_rgb(picture, size.width, size.height));
    EXPECT_GE(ours, theirs - kTolerance) << name << " to " << size.width << "x" << size.height;
    EXPECT_GT(ours, 58) << name << " to " << size.width << "x" << size.height;
  }
}

void compare_file(const fs::path& file) {
  const Item item = decode(file_item(file), {{"video.at", {"10%"}}}).at(0);
  const AvFramePtr picture = to_av_frame(item.get<VideoFrame>());
  const auto* format = pixels::find_format(static_cast<AVPixelFormat>(picture->format));
  if (!format) return;
  // What the test's own formulas need to have said.
  picture->color_range = pixels::is_full_range(*picture) ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
  compare(file.filename().string(), *picture);
}

}  // namespace

TEST(Quality, IsAtLeastThatOfSwscaleOnSamples) {
  for (const char* name : {"clip.mp4", "odd_size.mp4", "bt709.mp4", "photo.jpg", "gray.png"}) {
    compare_file(sample(name));
  }
}

TEST(Quality, IsAtLeastThatOfSwscaleOnRealPictures) {
  const char* folder = std::getenv("CAPSTAN_MEDIA");
  if (!folder) GTEST_SKIP() << "CAPSTAN_MEDIA names no folder of real media";
  // One of each size that videos and cameras have.
  for (const char* name :
       {"debian-forensics/VID_20191220_170832.mp4", "sam2/demo/data/gallery/02_cups.mp4",
        "sam2/notebooks/images/cars.jpg", "sam2/notebooks/images/truck.jpg",
        "sam2/notebooks/images/groceries.jpg", "sam2/notebooks/videos/bedroom/00000.jpg",
        "libopenshot/libopenshot-0.2.7/examples/run.mp4"}) {
    const fs::path file = fs::path(folder) / name;
    if (fs::exists(file)) compare_file(file);
  }
}

}  // namespace capstan::ffmpeg
