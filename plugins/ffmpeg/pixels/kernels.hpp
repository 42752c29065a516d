// The inner loops of scaling and conversion, once for each kind of processor.
//
// All of them give the same bits. Samples in rows between them are 16 bits: 128 times the value
// less 128, so that chroma without colour is 0 and nothing overflows.
#pragma once

#include <array>
#include <cstdint>

#include "row_filter.hpp"

namespace capstan::ffmpeg::pixels {

/// Bits behind the point of samples between kernels.
inline constexpr int kSampleBits = 7;

/// Neighbouring rows and their weights, which sum to 1 << (kSampleBits + n_fine_bits).
struct RowBlend {
  const std::uint8_t* const* rows = nullptr;
  const std::uint16_t* weights = nullptr;
  int n_rows = 0;  ///< even, or 1
  int n_fine_bits = 0;
  /// The weights two by two, as bytes of a word: what is above the fine bits, at most 127, and the
  /// fine bits, of all rows at most 128 together: so no sum overflows 16 bits.
  const std::uint16_t* coarse = nullptr;
  const std::uint16_t* fine = nullptr;
  /// How many bytes behind its rows those of the next output lie: they may be fetched early.
  std::ptrdiff_t ahead = 0;
};

/// From Y'CbCr to R'G'B'. Bits behind the point: 14 for y, 13 for the others, which reach 2.1.
struct ColorMatrix {
  std::int16_t y = 0;
  std::int16_t v_to_red = 0;
  std::int16_t u_to_green = 0;
  std::int16_t v_to_green = 0;
  std::int16_t u_to_blue = 0;
  std::int16_t y_offset = 0;  ///< added to luma so that black is 0
};

/// What 24 successive values are multiplied with and moved by: three channels in turns, eight
/// times.
struct Normalization {
  alignas(32) std::array<float, 24> scale{};
  alignas(32) std::array<float, 24> offset{};
};

/// Rows that a kernel reads or writes have kRowPadding, except where it says "exactly".
struct Kernels {
  const char* name;

  RowFilter (*lay_out)(Filter filter);

  /// `n` samples, each the sum over the rows; reads exactly n of each.
  void (*blend_rows)(const RowBlend& blend, int n, std::int16_t* out);

  /// Takes interleaved samples apart: `n` of each of `n_components` (2 to 4).
  void (*split)(const std::int16_t* in, int n, int n_components, std::int16_t* const* out);

  /// The filter's outputs.
  void (*filter_row)(const RowFilter& filter, const std::int16_t* in, std::int16_t* out);

  /// Samples to bytes, rounded.
  void (*round_row)(const std::int16_t* in, int n, std::uint8_t* out);

  /// Y, U, V to red, green, blue.
  void (*to_rgb)(const ColorMatrix& matrix, const std::int16_t* const* yuv, int n,
                 std::uint8_t* const* rgb);

  /// Three rows to one of triples; writes exactly 3 * n bytes.
  void (*interleave)(const std::uint8_t* const* rgb, int n, std::uint8_t* out);

  /// Bytes to numbers: value i times scale[i % 24] plus offset[i % 24]; writes exactly n.
  void (*normalize)(const Normalization& by, const std::uint8_t* in, int n, float* out);
};

extern const Kernels kPlainKernels;
#if defined(__x86_64__)
extern const Kernels kAvx2Kernels;
extern const Kernels kAvx512Kernels;
#endif

/// The kernels that this processor can run, the fastest first, the plain ones last. For tests.
std::vector<const Kernels*> available_kernels();
/// The first of them.
const Kernels& best_kernels();

}  // namespace capstan::ffmpeg::pixels
