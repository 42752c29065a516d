// What the tests of the scaler share: pictures, and the exact filter.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "resizer.hpp"

namespace capstan::ffmpeg::pixels {

/// A picture whose planes lie in memory of exactly their size, so that a sanitizer sees every
/// sample read beside them. `row_gap`: bytes between rows.
class TestPicture {
 public:
  TestPicture(AVPixelFormat format, int width, int height, int row_gap = 0);
  AVFrame& frame() { return *frame_; }
  const AVFrame& frame() const { return *frame_; }
  /// Random bytes, the same for the same seed.
  void fill(unsigned seed);
  /// One colour in all samples of each component.
  void fill(const std::array<std::uint8_t, 3>& color);

 private:
  std::shared_ptr<AVFrame> frame_;
  std::vector<std::vector<std::uint8_t>> planes_;
};

/// Triples, row after row, not rounded.
struct ExactPicture {
  int width = 0;
  int height = 0;
  std::vector<double> values;
};

/// R'G'B' by the triangle filter in double precision, with weights, sites and matrices written
/// down a second time.
ExactPicture exact_rgb(const AVFrame& picture, const Rect& crop, int width, int height);

/// Peak signal to noise ratio of packed bytes, in dB.
double psnr(const ExactPicture& exact, const std::vector<std::uint8_t>& packed);

/// Packed bytes by a scaler under test, and by libswscale's most exact bilinear.
std::vector<std::uint8_t> resized_rgb(Resizer& resizer, const AVFrame& picture, const Rect& crop,
                                      int width, int height);
std::vector<std::uint8_t> swscale_rgb(const AVFrame& picture, int width, int height);

inline Rect whole(const AVFrame& picture) { return {0, 0, picture.width, picture.height}; }

}  // namespace capstan::ffmpeg::pixels
