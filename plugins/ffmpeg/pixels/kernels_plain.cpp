// The reference, and what runs where there is nothing faster.
#include <algorithm>

#include "kernels.hpp"

namespace capstan::ffmpeg::pixels {

namespace {

RowFilter lay_out_plain(Filter filter) {
  RowFilter row;
  row.filter = std::move(filter);
  return row;
}

/// The sum, and what makes 0 of the middle.
std::int16_t rounded_sum(unsigned sum, int n_fine_bits) {
  const unsigned half = 1U << n_fine_bits >> 1;
  return static_cast<std::int16_t>(static_cast<int>((sum + half) >> n_fine_bits) -
                                   (128 << kSampleBits));
}

void blend_rows(const RowBlend& blend, int n, std::int16_t* out) {
  constexpr int kChunk = 256;  // sums that stay in the first cache, and that compilers vectorise
  std::array<unsigned, kChunk> sums;
  for (int begin = 0; begin < n; begin += kChunk) {
    const int size = std::min(kChunk, n - begin);
    sums.fill(0);
    for (int r = 0; r < blend.n_rows; ++r) {
      const std::uint8_t* row = blend.rows[r] + begin;
      const unsigned weight = blend.weights[r];
      for (int i = 0; i < size; ++i) sums[static_cast<std::size_t>(i)] += weight * row[i];
    }
    for (int i = 0; i < size; ++i) {
      out[begin + i] = rounded_sum(sums[static_cast<std::size_t>(i)], blend.n_fine_bits);
    }
  }
}

void split(const std::int16_t* in, int n, int n_components, std::int16_t* const* out) {
  for (int c = 0; c < n_components; ++c) {
    for (int i = 0; i < n; ++i) out[c][i] = in[i * n_components + c];
  }
}

void filter_row(const RowFilter& row, const std::int16_t* in, std::int16_t* out) {
  const Filter& filter = row.filter;
  const std::int16_t* weights = filter.weights.data();
  for (int i = 0; i < filter.n_outputs; ++i) {
    const std::int16_t* samples = in + filter.starts[static_cast<std::size_t>(i)];
    int sum = 1 << kFilterBits >> 1;
    for (int t = 0; t < filter.n_taps; ++t) sum += weights[t] * samples[t];
    out[i] = static_cast<std::int16_t>(sum >> kFilterBits);
    weights += filter.n_taps;
  }
}

std::uint8_t to_byte(int value) { return static_cast<std::uint8_t>(std::clamp(value, 0, 255)); }

void round_row(const std::int16_t* in, int n, std::uint8_t* out) {
  constexpr int kHalf = 1 << kSampleBits >> 1;
  for (int i = 0; i < n; ++i) {
    out[i] = static_cast<std::uint8_t>(((in[i] + kHalf) >> kSampleBits) + 128);
  }
}

/// A product of which 15 bits are dropped, rounded: what pmulhrsw does.
int times(int a, int b) { return (a * b + 0x4000) >> 15; }

void to_rgb(const ColorMatrix& matrix, const std::int16_t* const* yuv, int n,
            std::uint8_t* const* rgb) {
  for (int i = 0; i < n; ++i) {
    const int u = 2 * yuv[1][i];
    const int v = 2 * yuv[2][i];
    // 6 bits behind the point.
    const int y = times(yuv[0][i] + matrix.y_offset, matrix.y) + 32;
    rgb[0][i] = to_byte((y + times(v, matrix.v_to_red)) >> 6);
    rgb[1][i] = to_byte((y + times(u, matrix.u_to_green) + times(v, matrix.v_to_green)) >> 6);
    rgb[2][i] = to_byte((y + times(u, matrix.u_to_blue)) >> 6);
  }
}

void interleave(const std::uint8_t* const* rgb, int n, std::uint8_t* out) {
  for (int i = 0; i < n; ++i) {
    for (int c = 0; c < 3; ++c) *out++ = rgb[c][i];
  }
}

void normalize(const Normalization& by, const std::uint8_t* in, int n, float* out) {
  std::size_t phase = 0;
  for (int i = 0; i < n; ++i) {
    out[i] = static_cast<float>(in[i]) * by.scale[phase] + by.offset[phase];
    phase = phase == by.scale.size() - 1 ? 0 : phase + 1;
  }
}

}  // namespace

const Kernels kPlainKernels = {"plain",   lay_out_plain, blend_rows, split,    filter_row,
                               round_row, to_rgb,        interleave, normalize};

}  // namespace capstan::ffmpeg::pixels
