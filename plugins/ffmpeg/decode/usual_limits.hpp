// The limits of `decode` where its options say nothing, for stages that look at inputs as well.
#pragma once

#include <iterator>

#include "../av/limits.hpp"
#include "decode_options.hpp"

namespace capstan::ffmpeg {

inline Limits usual_limits() {
  return read_limits(Options(kDecodeOptions, std::size(kDecodeOptions)));
}

}  // namespace capstan::ffmpeg
