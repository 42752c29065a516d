// Pictures of another size, part or pixel format: ours where it can, libswscale for the rest.
#pragma once

#include "../pixels/resizer.hpp"
#include "fit.hpp"
#include "scaler.hpp"

namespace capstan::ffmpeg {

/// What pictures are to become.
struct PictureForm {
  Sizing sizing;
  AVPixelFormat format = AV_PIX_FMT_NONE;  ///< none: the picture's, as far as it can be scaled
  /// Bilinear, by pixels/ where it knows the formats; else bicubic, by libswscale, with the bits of
  /// the ffmpeg tool's scale filter.
  bool is_bilinear = false;

  /// Whether anything is asked for at all.
  bool is_any() const noexcept;
};

/// From the options "size", "fit", "crop", "format" and "filter" behind a prefix ("video.").
/// Throws std::invalid_argument for a format that does not exist or can't be written, and for
/// options that contradict each other.
PictureForm picture_form_from(const Options& options, const std::string& prefix = {});

/// Home: one worker at a time.
class PictureMaker {
 public:
  explicit PictureMaker(const PictureForm& form) : form_(form) {}

  /// The picture in fresh memory, or another reference to it when there is nothing to do.
  /// Properties and side data are kept, the sample aspect ratio follows the size. Throws
  /// std::runtime_error for a crop that is not inside the picture.
  AvFramePtr make(const AVFrame& picture) { return make(picture, form_.sizing.place(picture)); }
  /// The same where part and size are known.
  AvFramePtr make(const AVFrame& picture, const Placement& placement);

 private:
  AvFramePtr resized(const AVFrame& picture, const pixels::Rect& part, const ScaleTarget& target);

  const PictureForm form_;
  Scaler scaler_;
  pixels::Resizer resizer_;
};

}  // namespace capstan::ffmpeg
