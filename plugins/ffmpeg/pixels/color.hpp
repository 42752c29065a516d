// From a frame's Y'CbCr to R'G'B'.
#pragma once

extern "C" {
#include <libavutil/frame.h>
}

#include "kernels.hpp"

namespace capstan::ffmpeg::pixels {

/// The conversion for the frame's matrix (its `colorspace`) and range. A matrix that is not said or
/// is not one of H.273's luma and chroma weights is taken for BT.601, whatever the picture's size,
/// as libswscale does.
ColorMatrix color_matrix(const AVFrame& frame) noexcept;

}  // namespace capstan::ffmpeg::pixels
