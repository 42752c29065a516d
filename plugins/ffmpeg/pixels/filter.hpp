// The weights of an antialiased triangle filter along one axis.
#pragma once

#include <cstdint>
#include <vector>

namespace capstan::ffmpeg::pixels {

/// Bits of the weights of a new filter.
inline constexpr int kFilterBits = 14;

/// Weighted sums of neighbouring samples: output i is the sum over t < n_taps of
/// `weights[i * n_taps + t]` times sample `starts[i] + t`, where the weights of an output sum to
/// 1 << n_bits and none is negative. All taps lie inside the axis, and starts never decrease.
struct Filter {
  int n_bits = 0;
  int n_outputs = 0;
  int n_taps = 0;
  std::vector<std::int32_t> starts;
  std::vector<std::int16_t> weights;
};

/// Where the outputs lie among the samples of an axis: output i at `first + i * step`, counted in
/// samples from the centre of sample 0.
struct Axis {
  int n_samples = 0;
  int n_outputs = 0;
  double first = 0;
  double step = 1;
};

/// The triangle (tent) filter of half width max(1, step), in kFilterBits: bilinear when enlarging,
/// and without aliasing when reducing. Samples beyond the ends repeat the last one. Throws
/// std::invalid_argument for an axis without samples or outputs.
Filter triangle_filter(const Axis& axis);

/// The same filter in fewer bits. Some of its taps may be zero.
Filter with_bits(const Filter& filter, int n_bits);

}  // namespace capstan::ffmpeg::pixels
