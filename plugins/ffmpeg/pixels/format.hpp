// The pixel formats that are scaled here, and where their samples lie.
#pragma once

extern "C" {
#include <libavutil/frame.h>
}

namespace capstan::ffmpeg::pixels {

/// How samples are stored: 8 bits each, in planes of rows.
struct Format {
  AVPixelFormat id = AV_PIX_FMT_NONE;
  int n_planes = 0;
  int n_components = 0;  ///< that are scaled: alpha is left out
  bool is_rgb = false;
  int chroma_shift_x = 0;  ///< log2 of luma samples for each chroma sample
  int chroma_shift_y = 0;
  /// Of each component (Y, U, V or R, G, B): its plane, its place among the interleaved samples
  /// there, and how many those are.
  int plane[3] = {};
  int place[3] = {};
  int step[3] = {};
};

/// The description of a format, null for those that are left to libswscale: all that are not
/// yuv420p, yuv422p, yuv444p (and their yuvj names), nv12, gray, rgb24, bgr24, rgba, bgra, rgb0,
/// bgr0.
const Format* find_format(AVPixelFormat id) noexcept;

/// Whether each component has a plane of its own: planar yuv and gray.
bool is_planar(const Format& format) noexcept;

/// The one of those formats that keeps most of a picture of format `id`.
AVPixelFormat nearest_format(AVPixelFormat id) noexcept;

/// Where chroma samples lie, in luma samples from the left (upper) edge of the first luma sample
/// that shares them: 1 is the middle of two, 0.5 the middle of the first.
struct ChromaSite {
  double x = 0.5;
  double y = 0.5;
  friend bool operator==(const ChromaSite&, const ChromaSite&) = default;
};

/// As the frame says; of a frame that does not, the middle in both directions (JPEG) for full
/// range, else left and vertically in the middle (MPEG-2 and its successors).
ChromaSite chroma_site(const AVFrame& frame, const Format& format) noexcept;

/// Whether samples use all 256 values: as the frame says; of a frame that does not, by format, as
/// libswscale does: yuvj and gray do, others do not.
bool is_full_range(const AVFrame& frame) noexcept;

}  // namespace capstan::ffmpeg::pixels
