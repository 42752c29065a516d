// Scales one plane, row by row.
#pragma once

#include <vector>

#include "kernels.hpp"

namespace capstan::ffmpeg::pixels {

/// Which samples of a plane to scale. Positions of the axes count from the part's first sample.
struct PlanePart {
  int x = 0;
  int y = 0;
  int step = 1;  ///< interleaved components
  Axis horizontal;
  Axis vertical;
};

/// Keeps the filters for one geometry, and a row. Home: one worker at a time.
class PlaneScaler {
 public:
  PlaneScaler() = default;
  PlaneScaler(const PlanePart& part, const Kernels& kernels);

  /// Filtered values of row `y` of the result, one row for each component, with room for
  /// kRowPadding more. `plane` is the first byte of the plane's first row. Reads the part and
  /// nothing else.
  void scale_row(const std::uint8_t* plane, std::ptrdiff_t stride, int y, std::int16_t* const* out);

 private:
  void blend(const std::uint8_t* first, std::ptrdiff_t stride, int y);

  const Kernels* kernels_ = nullptr;
  PlanePart part_;
  Filter vertical_;
  int n_fine_bits_ = 0;  // of its weights, beyond kSampleBits
  RowFilter horizontal_;
  std::vector<const std::uint8_t*> rows_;
  std::vector<std::uint16_t> row_weights_, coarse_, fine_;  // of RowBlend
  std::vector<std::int16_t> blended_;
  std::array<std::vector<std::int16_t>, 4> components_;
};

}  // namespace capstan::ffmpeg::pixels
