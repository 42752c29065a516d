#include "color.hpp"

#include <cmath>

#include "format.hpp"

namespace capstan::ffmpeg::pixels {

namespace {

struct LumaWeights {
  double red = 0.299;
  double blue = 0.114;
};

/// ITU-T H.273, table 4.
LumaWeights weights_of(AVColorSpace matrix) noexcept {
  switch (matrix) {
    case AVCOL_SPC_BT709:
      return {0.2126, 0.0722};
    case AVCOL_SPC_FCC:
      return {0.30, 0.11};
    case AVCOL_SPC_SMPTE240M:
      return {0.212, 0.087};
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL:
      return {0.2627, 0.0593};
    default:
      return {};
  }
}

std::int16_t fixed(double factor, int n_bits = 13) noexcept {
  return static_cast<std::int16_t>(std::lround(factor * (1 << n_bits)));
}

}  // namespace

// H.273, equations 38 to 43 turned round, for 8 bits: black at 16 and 219 steps to white, 224 steps
// of chroma, unless the range is full.
ColorMatrix color_matrix(const AVFrame& frame) noexcept {
  const bool is_full = is_full_range(frame);
  const LumaWeights k = weights_of(frame.colorspace);
  const double green = 1 - k.red - k.blue;
  const double luma_gain = is_full ? 1 : 255.0 / 219;
  const double chroma_gain = is_full ? 1 : 255.0 / 224;
  const double v_to_red = 2 * (1 - k.red) * chroma_gain;
  const double u_to_blue = 2 * (1 - k.blue) * chroma_gain;
  ColorMatrix matrix;
  matrix.y = fixed(luma_gain, 14);
  matrix.v_to_red = fixed(v_to_red);
  matrix.u_to_blue = fixed(u_to_blue);
  matrix.v_to_green = fixed(-v_to_red * k.red / green);
  matrix.u_to_green = fixed(-u_to_blue * k.blue / green);
  matrix.y_offset = static_cast<std::int16_t>((is_full ? 128 : 128 - 16) << kSampleBits);
  return matrix;
}

}  // namespace capstan::ffmpeg::pixels
