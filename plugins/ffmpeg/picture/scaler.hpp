// Scaling and pixel format conversion, with the results of the ffmpeg tool's scale filter.
#pragma once

#include "../av/av_ptr.hpp"

#include <capstan/sdk/options.hpp>

namespace capstan::ffmpeg {

/// Size that `wanted` means for a picture of the given size: a side of -1 follows the other so that
/// the shape is kept, rounded to the nearest, at least 1.
Dimensions fitted_size(Dimensions wanted, int width, int height) noexcept;

/// The format that a picture has after scaling when nobody asked for one: its own, unless that
/// could not hold the in-between values (palettes, 1 bit, below 8 bits a component) or swscale
/// can't write it.
AVPixelFormat scalable_format(AVPixelFormat format) noexcept;

/// What a conversion is to give.
struct ScaleTarget {
  int width = 0;
  int height = 0;
  AVPixelFormat format = AV_PIX_FMT_NONE;
  /// AVCOL_SPC_UNSPECIFIED: the source's.
  AVColorSpace matrix = AVCOL_SPC_UNSPECIFIED;
  /// AVCOL_RANGE_UNSPECIFIED: the source's, as far as the format lets one choose.
  AVColorRange range = AVCOL_RANGE_UNSPECIFIED;
  int sws_flags = SWS_BICUBIC;
};

/// A picture of the target's size and format with memory of its own, not yet filled, and with the
/// properties of `like`, whose sample aspect ratio it corrects.
AvFramePtr new_picture(const AVFrame& like, const ScaleTarget& target);

/// The target for a picture where size (0x0: the picture's) and format (none: scalable_format, or
/// the picture's own when its size stays) are as the options of a stage leave them.
ScaleTarget scale_target(const AVFrame& frame, Dimensions size, AVPixelFormat format) noexcept;

/// A scaler that keeps its tables from picture to picture. Home: one worker at a time.
class Scaler {
 public:
  /// The converted picture in fresh memory, or another reference to `frame` when there is nothing
  /// to do. Timestamps, colour description and side data are kept.
  AvFramePtr convert(const AVFrame& frame, const ScaleTarget& target);

 private:
  struct Setup {
    int width = 0;
    int height = 0;
    int format = AV_PIX_FMT_NONE;
    int matrix = AVCOL_SPC_UNSPECIFIED;
    int range = AVCOL_RANGE_UNSPECIFIED;
    ScaleTarget target;
  };
  static bool is_same(const Setup& a, const Setup& b) noexcept;
  void prepare(const Setup& setup);
  void set_colors(const Setup& setup);

  SwsContextPtr context_;
  Setup setup_;
  bool is_full_range_out_ = false;
};

}  // namespace capstan::ffmpeg
