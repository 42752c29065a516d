// Scales, crops and converts pictures of common 8-bit formats straight into the caller's memory.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

extern "C" {
#include <libavutil/frame.h>
}

#include "geometry.hpp"

namespace capstan::ffmpeg::pixels {

/// Memory for R'G'B' as bytes or as numbers, pixel after pixel (HWC) or channel after channel
/// (CHW).
struct RgbTarget {
  int width = 0;
  int height = 0;
  bool is_planar = false;
  bool is_float = false;
  void* data = nullptr;             ///< of float: aligned as such
  std::ptrdiff_t row_stride = 0;    ///< bytes from row to row
  std::ptrdiff_t plane_stride = 0;  ///< bytes from channel to channel, when planar
  /// For float: channel c of value x becomes x * scale[c] + offset[c], x being the byte that the
  /// integer target would get.
  std::array<float, 3> scale{1, 1, 1};
  std::array<float, 3> offset{};
};

/// Memory for a picture of the source's own format.
struct PlaneTarget {
  int width = 0;
  int height = 0;
  std::uint8_t* data[4] = {};
  std::ptrdiff_t stride[4] = {};
};

/// Antialiased triangle filter. Keeps its tables from picture to picture while neither side
/// changes. Home: one worker at a time.
///
/// Only samples inside `crop` are read; those beyond its edges count as the last inside. Chroma is
/// placed as pixels::chroma_site() says. Both calls throw std::invalid_argument for a picture whose
/// format find_format() does not know, and for a crop that is empty or not inside the picture.
class Resizer {
 public:
  explicit Resizer(const Kernels& kernels = best_kernels());

  /// Alpha is dropped.
  void to_rgb(const AVFrame& picture, const Rect& crop, const RgbTarget& target);
  /// For formats of planes of one component each, which is_planar() tells.
  void to_planes(const AVFrame& picture, const Rect& crop, const PlaneTarget& target);

 private:
  void prepare(const AVFrame& picture, const Rect& crop, int width, int height, bool to_rgb);
  void filter_rows(const AVFrame& picture, int y);
  void write_row(const RgbTarget& target, int y);

  /// Scratch: one row of each component, filtered and as bytes.
  struct Rows {
    std::array<std::vector<std::int16_t>, 3> filtered;
    std::array<std::vector<std::uint8_t>, 3> bytes;
    std::vector<std::uint8_t> packed;
    void resize(int n);
  };

  const Kernels& kernels_;
  Geometry geometry_;
  Format format_;
  PlaneScaler luma_;
  PlaneScaler chroma_;  // of both planes, or of the one that holds both
  Rows rows_;
  std::array<Normalization, 3> normalizations_;  // packed: the first, planar: one a channel
};

}  // namespace capstan::ffmpeg::pixels
