// Which samples of a plane become which samples of the result.
#pragma once

#include "format.hpp"
#include "plane_scaler.hpp"

namespace capstan::ffmpeg::pixels {

/// A part of a picture, in luma samples.
struct Rect {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
  friend bool operator==(const Rect&, const Rect&) = default;
};

/// What a conversion is about; as long as it stays the same, so do its filters.
struct Geometry {
  int width = 0;  ///< of the source
  int height = 0;
  AVPixelFormat format = AV_PIX_FMT_NONE;
  ChromaSite chroma;
  Rect crop;
  int out_width = 0;
  int out_height = 0;
  /// Chroma of the result at luma's size; else in the layout of the source.
  bool is_full_chroma = false;
  friend bool operator==(const Geometry&, const Geometry&) = default;
};

/// Throws std::invalid_argument for a crop that is empty or not inside the picture, for a result
/// without a size, and for a format that find_format() does not know.
void check(const Geometry& geometry);

/// The samples of a plane, by the number of one of its components.
PlanePart part_of(const Geometry& geometry, int component);

}  // namespace capstan::ffmpeg::pixels
