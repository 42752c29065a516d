// 32 bytes at a time. Attributes on the functions, not flags for the file: what is inlined from
// headers stays runnable everywhere. FMA is left out, since it rounds once where the others do
// twice.
#if defined(__x86_64__)

#include <immintrin.h>

#include <cstring>

#include "kernels.hpp"

#define CAPSTAN_AVX2 __attribute__((target("avx2")))

namespace capstan::ffmpeg::pixels {

namespace {

constexpr int kWidth = 32;

RowFilter lay_out_gathered(Filter filter) {
  const int group = n_blocks(filter, 16) <= n_blocks(filter, 8) ? 16 : 8;
  return lay_out(std::move(filter), group, false);
}

template <class T>
CAPSTAN_AVX2 inline __m256i load(const T* from) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}
template <class T>
CAPSTAN_AVX2 inline void store(T* to, __m256i value) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), value);
}

/// 32 samples, in order: those of the first 16 bytes and of the others.
struct Samples {
  __m256i first, second;
};

/// The sums lie as unpacking and packing have them: 8 samples here, 8 there.
CAPSTAN_AVX2 inline Samples in_order(__m256i low, __m256i high) {
  const __m256i middle = _mm256_set1_epi16(static_cast<short>(128 << kSampleBits));
  const __m256i a = _mm256_sub_epi16(low, middle);
  const __m256i b = _mm256_sub_epi16(high, middle);
  return {_mm256_permute2x128_si256(a, b, 0x20), _mm256_permute2x128_si256(a, b, 0x31)};
}

CAPSTAN_AVX2 inline Samples copy_at(const std::uint8_t* row) {
  const __m256i zero = _mm256_setzero_si256();
  const __m256i bytes = load(row);
  return in_order(_mm256_slli_epi16(_mm256_unpacklo_epi8(bytes, zero), kSampleBits),
                  _mm256_slli_epi16(_mm256_unpackhi_epi8(bytes, zero), kSampleBits));
}

CAPSTAN_AVX2 inline Samples blend_at(const RowBlend& blend, int i) {
  const __m256i half = _mm256_set1_epi16(static_cast<short>(1 << blend.n_fine_bits >> 1));
  __m256i low = _mm256_setzero_si256(), high = low;
  __m256i fine_low = half, fine_high = half;
  for (int pair = 0; pair < blend.n_rows / 2; ++pair) {
    _mm_prefetch(blend.rows[2 * pair] + i + blend.ahead, _MM_HINT_T0);
    _mm_prefetch(blend.rows[2 * pair + 1] + i + blend.ahead, _MM_HINT_T0);
    const __m256i a = load(blend.rows[2 * pair] + i);
    const __m256i b = load(blend.rows[2 * pair + 1] + i);
    const __m256i first = _mm256_unpacklo_epi8(a, b);
    const __m256i second = _mm256_unpackhi_epi8(a, b);
    const __m256i coarse = _mm256_set1_epi16(static_cast<short>(blend.coarse[pair]));
    const __m256i fine = _mm256_set1_epi16(static_cast<short>(blend.fine[pair]));
    low = _mm256_add_epi16(low, _mm256_maddubs_epi16(first, coarse));
    high = _mm256_add_epi16(high, _mm256_maddubs_epi16(second, coarse));
    fine_low = _mm256_add_epi16(fine_low, _mm256_maddubs_epi16(first, fine));
    fine_high = _mm256_add_epi16(fine_high, _mm256_maddubs_epi16(second, fine));
  }
  const __m128i n_fine_bits = _mm_cvtsi32_si128(blend.n_fine_bits);
  return in_order(_mm256_add_epi16(low, _mm256_srl_epi16(fine_low, n_fine_bits)),
                  _mm256_add_epi16(high, _mm256_srl_epi16(fine_high, n_fine_bits)));
}

CAPSTAN_AVX2 void blend_rows(const RowBlend& blend, int n, std::int16_t* out) {
  if (n < kWidth) return kPlainKernels.blend_rows(blend, n, out);
  for (int begin = 0; begin < n; begin += kWidth) {
    const int i = begin + kWidth <= n ? begin : n - kWidth;  // the last overlaps
    const Samples sums = blend.n_rows == 1 ? copy_at(blend.rows[0] + i) : blend_at(blend, i);
    store(out + i, sums.first);
    store(out + i + 16, sums.second);
  }
}

inline int load2(const std::int16_t* from) {
  int value;
  std::memcpy(&value, from, sizeof(value));
  return value;
}
inline long long load4(const std::int16_t* from) {
  long long value;
  std::memcpy(&value, from, sizeof(value));
  return value;
}

CAPSTAN_AVX2 inline __m256i rounded_sums(__m256i sums) {
  return _mm256_srai_epi32(_mm256_add_epi32(sums, _mm256_set1_epi32(1 << kFilterBits >> 1)),
                           kFilterBits);
}

/// 8 outputs, 2 taps of each in a step.
CAPSTAN_AVX2 inline __m128i eight_outputs(const std::int16_t* in, const std::int32_t* s,
                                          const std::int16_t* weights, int n_steps) {
  __m256i sums = _mm256_setzero_si256();
  for (int k = 0; k < n_steps; ++k, in += 2, weights += kBlock) {
    const __m256i taps =
        _mm256_set_epi32(load2(in + s[7]), load2(in + s[6]), load2(in + s[5]), load2(in + s[4]),
                         load2(in + s[3]), load2(in + s[2]), load2(in + s[1]), load2(in + s[0]));
    sums = _mm256_add_epi32(sums, _mm256_madd_epi16(load(weights), taps));
  }
  const __m256i whole = rounded_sums(sums);
  return _mm_packs_epi32(_mm256_castsi256_si128(whole), _mm256_extracti128_si256(whole, 1));
}

/// 4 outputs, 4 taps of each in a step; in the low half.
CAPSTAN_AVX2 inline __m128i four_outputs(const std::int16_t* in, const std::int32_t* s,
                                         const std::int16_t* weights, int n_steps) {
  __m256i sums = _mm256_setzero_si256();
  for (int k = 0; k < n_steps; ++k, in += 4, weights += kBlock) {
    const __m256i taps =
        _mm256_set_epi64x(load4(in + s[3]), load4(in + s[2]), load4(in + s[1]), load4(in + s[0]));
    sums = _mm256_add_epi32(sums, _mm256_madd_epi16(load(weights), taps));
  }
  const __m256i whole = rounded_sums(_mm256_add_epi32(sums, _mm256_srli_epi64(sums, 32)));
  const __m256i even =
      _mm256_permutevar8x32_epi32(whole, _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6));
  return _mm_packs_epi32(_mm256_castsi256_si128(even), _mm_setzero_si128());
}

CAPSTAN_AVX2 void filter_row(const RowFilter& row, const std::int16_t* in, std::int16_t* out) {
  const std::int32_t* starts = row.starts.data();
  const std::int16_t* weights = row.weights.data();
  const int n_half = row.group / 2;
  for (int g = 0; g < row.n_groups; ++g, weights += row.n_steps * kBlock) {
    for (int half = 0; half < 2; ++half, starts += n_half, out += n_half) {
      const std::int16_t* from = weights + half * (kBlock / 2);
      if (row.group == 16) {
        _mm_storeu_si128(reinterpret_cast<__m128i*>(out),
                         eight_outputs(in, starts, from, row.n_steps));
      } else {
        _mm_storel_epi64(reinterpret_cast<__m128i*>(out),
                         four_outputs(in, starts, from, row.n_steps));
      }
    }
  }
}

/// Two times 16 values of 16 bits to bytes, in order.
CAPSTAN_AVX2 inline __m256i to_bytes(__m256i a, __m256i b) {
  return _mm256_permute4x64_epi64(_mm256_packus_epi16(a, b), 0xD8);
}

CAPSTAN_AVX2 inline __m256i rounded(const std::int16_t* in) {
  const __m256i sum = _mm256_add_epi16(load(in), _mm256_set1_epi16(1 << kSampleBits >> 1));
  return _mm256_add_epi16(_mm256_srai_epi16(sum, kSampleBits), _mm256_set1_epi16(128));
}

CAPSTAN_AVX2 void round_row(const std::int16_t* in, int n, std::uint8_t* out) {
  for (int i = 0; i < n; i += kWidth)
    store(out + i, to_bytes(rounded(in + i), rounded(in + i + 16)));
}

CAPSTAN_AVX2 inline __m256i scaled(__m256i value, std::int16_t by) {
  return _mm256_mulhrs_epi16(value, _mm256_set1_epi16(by));
}

/// 16 pixels; sums that leave 16 bits are far beyond white. Not yet narrowed to bytes.
CAPSTAN_AVX2 inline void rgb_at(const ColorMatrix& m, const std::int16_t* const* yuv, int i,
                                __m256i* rgb) {
  const __m256i u = _mm256_slli_epi16(load(yuv[1] + i), 1);
  const __m256i v = _mm256_slli_epi16(load(yuv[2] + i), 1);
  const __m256i luma = _mm256_add_epi16(load(yuv[0] + i), _mm256_set1_epi16(m.y_offset));
  const __m256i y = _mm256_add_epi16(scaled(luma, m.y), _mm256_set1_epi16(32));
  const __m256i green = _mm256_add_epi16(scaled(u, m.u_to_green), scaled(v, m.v_to_green));
  rgb[0] = _mm256_srai_epi16(_mm256_adds_epi16(y, scaled(v, m.v_to_red)), 6);
  rgb[1] = _mm256_srai_epi16(_mm256_adds_epi16(y, green), 6);
  rgb[2] = _mm256_srai_epi16(_mm256_adds_epi16(y, scaled(u, m.u_to_blue)), 6);
}

CAPSTAN_AVX2 void to_rgb(const ColorMatrix& matrix, const std::int16_t* const* yuv, int n,
                         std::uint8_t* const* rgb) {
  for (int i = 0; i < n; i += kWidth) {
    __m256i low[3], high[3];
    rgb_at(matrix, yuv, i, low);
    rgb_at(matrix, yuv, i + 16, high);
    for (int c = 0; c < 3; ++c) store(rgb[c] + i, to_bytes(low[c], high[c]));
  }
}

/// Which of 16 values of a channel goes to each of the 16 bytes of one third of the triples.
constexpr std::array<std::int8_t, 16> spread(int third, int channel) {
  std::array<std::int8_t, 16> from{};
  for (int i = 0; i < 16; ++i) {
    const int place = third * 16 + i;
    from[static_cast<std::size_t>(i)] =
        static_cast<std::int8_t>(place % 3 == channel ? place / 3 : -1);
  }
  return from;
}
constexpr std::array<std::int8_t, 16> kSpread[3][3] = {{spread(0, 0), spread(0, 1), spread(0, 2)},
                                                       {spread(1, 0), spread(1, 1), spread(1, 2)},
                                                       {spread(2, 0), spread(2, 1), spread(2, 2)}};

CAPSTAN_AVX2 inline __m128i load16(const void* from) {
  return _mm_loadu_si128(static_cast<const __m128i*>(from));
}

CAPSTAN_AVX2 void interleave(const std::uint8_t* const* rgb, int n, std::uint8_t* out) {
  int i = 0;
  for (; i + 16 <= n; i += 16, out += 48) {
    for (int third = 0; third < 3; ++third) {
      __m128i bytes = _mm_setzero_si128();
      for (int c = 0; c < 3; ++c) {
        bytes = _mm_or_si128(
            bytes, _mm_shuffle_epi8(load16(rgb[c] + i), load16(kSpread[third][c].data())));
      }
      _mm_storeu_si128(reinterpret_cast<__m128i*>(out + third * 16), bytes);
    }
  }
  const std::uint8_t* const rest[3] = {rgb[0] + i, rgb[1] + i, rgb[2] + i};
  kPlainKernels.interleave(rest, n - i, out);
}

CAPSTAN_AVX2 void normalize(const Normalization& by, const std::uint8_t* in, int n, float* out) {
  int i = 0;
  for (; i + 24 <= n; i += 24) {
    for (int part = 0; part < 24; part += 8) {
      const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(in + i + part));
      const __m256 value = _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(bytes));
      const __m256 scaled_value = _mm256_mul_ps(value, _mm256_load_ps(by.scale.data() + part));
      _mm256_storeu_ps(out + i + part,
                       _mm256_add_ps(scaled_value, _mm256_load_ps(by.offset.data() + part)));
    }
  }
  kPlainKernels.normalize(by, in + i, n - i, out + i);
}

void split(const std::int16_t* in, int n, int n_components, std::int16_t* const* out) {
  kPlainKernels.split(in, n, n_components, out);
}

}  // namespace

const Kernels kAvx2Kernels = {"avx2",    lay_out_gathered, blend_rows, split,    filter_row,
                              round_row, to_rgb,           interleave, normalize};

}  // namespace capstan::ffmpeg::pixels

#endif
