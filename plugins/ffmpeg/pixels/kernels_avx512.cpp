// 64 bytes at a time; samples are picked from two registers by one permutation.
#if defined(__x86_64__)

// GCC 12 takes the undefined registers that its own intrinsics start from for a mistake
// (gcc.gnu.org/PR105593); delete with GCC 12.
#if !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <immintrin.h>
#if !defined(__clang__)
#pragma GCC diagnostic pop
#endif

#include "kernels.hpp"

#define CAPSTAN_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi")))

namespace capstan::ffmpeg::pixels {

namespace {

/// The group size with the fewest blocks among those whose samples two registers hold; for strong
/// reductions there is none, and the samples are gathered as AVX2 does.
RowFilter lay_out_picked(Filter filter) {
  int best = 0;
  for (const int group : {16, 8, 4}) {
    if (!fits_two_blocks(filter, group)) continue;
    if (best == 0 || n_blocks(filter, group) < n_blocks(filter, best)) best = group;
  }
  if (best == 0) return kAvx2Kernels.lay_out(std::move(filter));
  return lay_out(std::move(filter), best, true);
}

template <class T>
CAPSTAN_AVX512 inline __m512i load(const T* from) {
  return _mm512_loadu_si512(from);
}

CAPSTAN_AVX512 inline __m512i load_some(const std::uint8_t* from, __mmask64 which) {
  return _mm512_maskz_loadu_epi8(which, from);
}

/// The first `n` of 64.
inline __mmask64 first_bytes(int n) { return n >= 64 ? ~__mmask64{0} : (__mmask64{1} << n) - 1; }

/// 64 samples.
struct Samples {
  __m512i first, second;
};

/// The sums lie as unpacking has them: 8 samples here, 8 there, in each quarter.
CAPSTAN_AVX512 inline Samples in_order(__m512i low, __m512i high) {
  const __m512i middle = _mm512_set1_epi16(static_cast<short>(128 << kSampleBits));
  const __m512i a = _mm512_sub_epi16(low, middle);
  const __m512i b = _mm512_sub_epi16(high, middle);
  const __m512i first = _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11);
  const __m512i second = _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15);
  return {_mm512_permutex2var_epi64(a, first, b), _mm512_permutex2var_epi64(a, second, b)};
}

CAPSTAN_AVX512 inline Samples copy_at(const std::uint8_t* row, __mmask64 which) {
  const __m512i zero = _mm512_setzero_si512();
  const __m512i bytes = load_some(row, which);
  return in_order(_mm512_slli_epi16(_mm512_unpacklo_epi8(bytes, zero), kSampleBits),
                  _mm512_slli_epi16(_mm512_unpackhi_epi8(bytes, zero), kSampleBits));
}

CAPSTAN_AVX512 inline Samples blend_at(const RowBlend& blend, int i, __mmask64 which) {
  const __m512i half = _mm512_set1_epi16(static_cast<short>(1 << blend.n_fine_bits >> 1));
  __m512i low = _mm512_setzero_si512(), high = low;
  __m512i fine_low = half, fine_high = half;
  for (int pair = 0; pair < blend.n_rows / 2; ++pair) {
    _mm_prefetch(blend.rows[2 * pair] + i + blend.ahead, _MM_HINT_T0);
    _mm_prefetch(blend.rows[2 * pair + 1] + i + blend.ahead, _MM_HINT_T0);
    const __m512i a = load_some(blend.rows[2 * pair] + i, which);
    const __m512i b = load_some(blend.rows[2 * pair + 1] + i, which);
    const __m512i first = _mm512_unpacklo_epi8(a, b);
    const __m512i second = _mm512_unpackhi_epi8(a, b);
    const __m512i coarse = _mm512_set1_epi16(static_cast<short>(blend.coarse[pair]));
    const __m512i fine = _mm512_set1_epi16(static_cast<short>(blend.fine[pair]));
    low = _mm512_add_epi16(low, _mm512_maddubs_epi16(first, coarse));
    high = _mm512_add_epi16(high, _mm512_maddubs_epi16(second, coarse));
    fine_low = _mm512_add_epi16(fine_low, _mm512_maddubs_epi16(first, fine));
    fine_high = _mm512_add_epi16(fine_high, _mm512_maddubs_epi16(second, fine));
  }
  const __m128i n_fine_bits = _mm_cvtsi32_si128(blend.n_fine_bits);
  return in_order(_mm512_add_epi16(low, _mm512_srl_epi16(fine_low, n_fine_bits)),
                  _mm512_add_epi16(high, _mm512_srl_epi16(fine_high, n_fine_bits)));
}

CAPSTAN_AVX512 void blend_rows(const RowBlend& blend, int n, std::int16_t* out) {
  for (int i = 0; i < n; i += 64) {
    const __mmask64 which = first_bytes(n - i);
    const Samples sums =
        blend.n_rows == 1 ? copy_at(blend.rows[0] + i, which) : blend_at(blend, i, which);
    _mm512_storeu_si512(out + i, sums.first);
    _mm512_storeu_si512(out + i + 32, sums.second);
  }
}

CAPSTAN_AVX512 void split(const std::int16_t* in, int n, int n_components,
                          std::int16_t* const* out) {
  alignas(64) std::int16_t places[kBlock];
  for (int i = 0; i < kBlock; ++i) places[i] = static_cast<std::int16_t>(i * n_components);
  const __m512i first_places = load(places);
  const __m512i pair_bit = _mm512_set1_epi16(2 * kBlock);
  for (int i = 0; i < n; i += kBlock, in += kBlock * n_components) {
    for (int c = 0; c < n_components; ++c) {
      const __m512i from = _mm512_add_epi16(first_places, _mm512_set1_epi16(static_cast<short>(c)));
      const __m512i low = _mm512_permutex2var_epi16(load(in), from, load(in + kBlock));
      const __m512i high =
          _mm512_permutex2var_epi16(load(in + 2 * kBlock), from, load(in + 3 * kBlock));
      const __mmask32 is_high = _mm512_test_epi16_mask(from, pair_bit);
      _mm512_storeu_si512(out[c] + i, _mm512_mask_blend_epi16(is_high, low, high));
    }
  }
}

/// A group's outputs, each of whose sums lies in neighbouring words of 32 bits.
template <int kGroup>
CAPSTAN_AVX512 inline void store_outputs(__m512i sums, std::int16_t* out) {
  if constexpr (kGroup <= 8) sums = _mm512_add_epi32(sums, _mm512_srli_epi64(sums, 32));
  if constexpr (kGroup == 4) sums = _mm512_add_epi32(sums, _mm512_bsrli_epi128(sums, 8));
  const __m512i half = _mm512_set1_epi32(1 << kFilterBits >> 1);
  const __m512i whole = _mm512_srai_epi32(_mm512_add_epi32(sums, half), kFilterBits);
  if constexpr (kGroup == 16) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), _mm512_cvtepi32_epi16(whole));
    return;
  }
  const __m128i words = _mm512_cvtepi64_epi16(whole);
  if constexpr (kGroup == 8) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), words);
  } else {
    _mm_storel_epi64(reinterpret_cast<__m128i*>(out), _mm_cvtepi32_epi16(words));
  }
}

template <int kGroup>
CAPSTAN_AVX512 void filter_groups(const RowFilter& row, const std::int16_t* in, std::int16_t* out) {
  const std::int16_t* weights = row.weights.data();
  for (int g = 0; g < row.n_groups; ++g, out += kGroup) {
    const std::int16_t* samples = in + row.starts[static_cast<std::size_t>(g) * kGroup];
    const __m512i picks = load(row.picks.data() + static_cast<std::size_t>(g) * kBlock);
    __m512i sums = _mm512_setzero_si512();
    for (int k = 0; k < row.n_steps; ++k, samples += kBlock / kGroup, weights += kBlock) {
      const __m512i taps = _mm512_permutex2var_epi16(load(samples), picks, load(samples + kBlock));
      sums = _mm512_add_epi32(sums, _mm512_madd_epi16(load(weights), taps));
    }
    store_outputs<kGroup>(sums, out);
  }
}

CAPSTAN_AVX512 void filter_row(const RowFilter& row, const std::int16_t* in, std::int16_t* out) {
  if (row.picks.empty()) return kAvx2Kernels.filter_row(row, in, out);
  if (row.group == 16) return filter_groups<16>(row, in, out);
  if (row.group == 8) return filter_groups<8>(row, in, out);
  filter_groups<4>(row, in, out);
}

CAPSTAN_AVX512 inline __m512i scaled(__m512i value, std::int16_t by) {
  return _mm512_mulhrs_epi16(value, _mm512_set1_epi16(by));
}

CAPSTAN_AVX512 inline void store_bytes(std::uint8_t* to, __m512i value) {
  const __m512i sample = _mm512_max_epi16(_mm512_srai_epi16(value, 6), _mm512_setzero_si512());
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm512_cvtusepi16_epi8(sample));
}

// Sums that leave 16 bits are far beyond white.
CAPSTAN_AVX512 void to_rgb(const ColorMatrix& m, const std::int16_t* const* yuv, int n,
                           std::uint8_t* const* rgb) {
  for (int i = 0; i < n; i += 32) {
    const __m512i u = _mm512_slli_epi16(load(yuv[1] + i), 1);
    const __m512i v = _mm512_slli_epi16(load(yuv[2] + i), 1);
    const __m512i luma = _mm512_add_epi16(load(yuv[0] + i), _mm512_set1_epi16(m.y_offset));
    const __m512i y = _mm512_add_epi16(scaled(luma, m.y), _mm512_set1_epi16(32));
    const __m512i green = _mm512_add_epi16(scaled(u, m.u_to_green), scaled(v, m.v_to_green));
    store_bytes(rgb[0] + i, _mm512_adds_epi16(y, scaled(v, m.v_to_red)));
    store_bytes(rgb[1] + i, _mm512_adds_epi16(y, green));
    store_bytes(rgb[2] + i, _mm512_adds_epi16(y, scaled(u, m.u_to_blue)));
  }
}

constexpr int kPixels = 64;

/// Where each of the 192 bytes of 64 triples comes from: 64 red, 64 green, 64 blue.
constexpr std::array<std::uint8_t, 192> triple_places() {
  std::array<std::uint8_t, 192> from{};
  for (std::size_t i = 0; i < from.size(); ++i) {
    from[i] = static_cast<std::uint8_t>(i % 3 * kPixels + i / 3);
  }
  return from;
}
constexpr std::array<std::uint8_t, 192> kTriplePlaces = triple_places();

CAPSTAN_AVX512 void interleave(const std::uint8_t* const* rgb, int n, std::uint8_t* out) {
  for (int i = 0; i < n; i += kPixels, out += 3 * kPixels) {
    const __m512i red = load(rgb[0] + i);
    const __m512i green = load(rgb[1] + i);
    const __m512i blue = load(rgb[2] + i);
    for (int third = 0; third < 3; ++third) {
      const int n_bytes = 3 * (n - i) - third * kPixels;
      if (n_bytes <= 0) return;
      const __m512i from = load(kTriplePlaces.data() + third * kPixels);
      const __m512i red_green = _mm512_permutex2var_epi8(red, from, green);
      // The places of blue have the highest bit.
      const __m512i bytes =
          _mm512_mask_permutexvar_epi8(red_green, _mm512_movepi8_mask(from), from, blue);
      _mm512_mask_storeu_epi8(out + third * kPixels, first_bytes(n_bytes), bytes);
    }
  }
}

void lend_round_row(const std::int16_t* in, int n, std::uint8_t* out) {
  kAvx2Kernels.round_row(in, n, out);
}
void lend_normalize(const Normalization& by, const std::uint8_t* in, int n, float* out) {
  kAvx2Kernels.normalize(by, in, n, out);
}

}  // namespace

const Kernels kAvx512Kernels = {"avx512", lay_out_picked, blend_rows,
                                split,    filter_row,     lend_round_row,
                                to_rgb,   interleave,     lend_normalize};

}  // namespace capstan::ffmpeg::pixels

#endif
