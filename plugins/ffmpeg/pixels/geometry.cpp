#include "geometry.hpp"

#include <stdexcept>
#include <string>

namespace capstan::ffmpeg::pixels {

namespace {

/// One direction of a plane: how many luma samples a sample stands for, as a shift, and where its
/// centre lies among them.
struct Grid {
  int shift = 0;
  double site = 0.5;
  int span() const noexcept { return 1 << shift; }
};

int n_samples(int n_luma, int shift) noexcept { return (n_luma + (1 << shift) - 1) >> shift; }

/// The axis from `from`'s samples under the luma samples [begin, begin + size) to `to`'s samples
/// under out_size ones. Edges of the cropped part fall on edges of the result.
Axis axis_of(int begin, int size, int out_size, const Grid& from, const Grid& to) noexcept {
  const int first_sample = begin >> from.shift;
  const double ratio = static_cast<double>(size) / out_size;
  Axis axis;
  axis.n_samples = n_samples(begin + size, from.shift) - first_sample;
  axis.n_outputs = n_samples(out_size, to.shift);
  axis.first = (begin + to.site * ratio - from.site) / from.span() - first_sample;
  axis.step = ratio * to.span() / from.span();
  return axis;
}

std::string size_text(int width, int height) {
  return std::to_string(width) + "x" + std::to_string(height);
}

}  // namespace

void check(const Geometry& geometry) {
  const Rect& crop = geometry.crop;
  const bool is_inside = crop.x >= 0 && crop.y >= 0 && crop.width > 0 && crop.height > 0 &&
                         crop.width <= geometry.width - crop.x &&
                         crop.height <= geometry.height - crop.y;
  if (!is_inside) {
    throw std::invalid_argument("a crop of " + size_text(crop.width, crop.height) + " at " +
                                std::to_string(crop.x) + "," + std::to_string(crop.y) +
                                " is not inside a picture of " +
                                size_text(geometry.width, geometry.height));
  }
  if (geometry.out_width <= 0 || geometry.out_height <= 0) {
    throw std::invalid_argument("a picture can't be scaled to " +
                                size_text(geometry.out_width, geometry.out_height));
  }
  if (!find_format(geometry.format)) {
    throw std::invalid_argument("a pixel format that the scaler does not know");
  }
}

PlanePart part_of(const Geometry& geometry, int component) {
  const Format& format = *find_format(geometry.format);
  const Rect& crop = geometry.crop;
  Grid x, y;
  if (component > 0 && !format.is_rgb) {
    x = {format.chroma_shift_x, geometry.chroma.x};
    y = {format.chroma_shift_y, geometry.chroma.y};
  }
  const Grid out_x = geometry.is_full_chroma ? Grid() : x;
  const Grid out_y = geometry.is_full_chroma ? Grid() : y;
  PlanePart part;
  part.x = crop.x >> x.shift;
  part.y = crop.y >> y.shift;
  part.step = format.step[component];
  part.horizontal = axis_of(crop.x, crop.width, geometry.out_width, x, out_x);
  part.vertical = axis_of(crop.y, crop.height, geometry.out_height, y, out_y);
  return part;
}

}  // namespace capstan::ffmpeg::pixels
