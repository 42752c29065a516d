#include "picture_maker.hpp"

#include "../av/av_error.hpp"

namespace capstan::ffmpeg {

namespace {

AVPixelFormat writable_format(const std::string& option, const std::string& name) {
  const AVPixelFormat format = av_get_pix_fmt(name.c_str());
  if (format == AV_PIX_FMT_NONE) {
    throw std::invalid_argument("'" + option + "': FFmpeg knows no pixel format '" + name + "'");
  }
  if (!sws_isSupportedOutput(format)) {
    throw std::invalid_argument("'" + option + "': pictures can't be converted to '" + name + "'");
  }
  return format;
}

/// A reference that shows a part. Its corner moves to the nearest whole chroma sample, as that of
/// the ffmpeg tool's crop filter does.
AvFramePtr part_of(const AVFrame& picture, const pixels::Rect& part) {
  AvFramePtr view(require(av_frame_clone(&picture)));
  const AVPixFmtDescriptor* about = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(picture.format));
  const int left = part.x & ~((1 << about->log2_chroma_w) - 1);
  const int top = part.y & ~((1 << about->log2_chroma_h) - 1);
  view->crop_left = static_cast<std::size_t>(left);
  view->crop_top = static_cast<std::size_t>(top);
  view->crop_right = static_cast<std::size_t>(picture.width - part.width) - view->crop_left;
  view->crop_bottom = static_cast<std::size_t>(picture.height - part.height) - view->crop_top;
  check(av_frame_apply_cropping(view.get(), AV_FRAME_CROP_UNALIGNED),
        "the picture can't be cropped");
  return view;
}

bool is_whole(const AVFrame& picture, const pixels::Rect& part) {
  return part.width == picture.width && part.height == picture.height;
}

}  // namespace

bool PictureForm::is_any() const noexcept {
  return sizing.size.width != 0 || sizing.crop || format != AV_PIX_FMT_NONE;
}

PictureForm picture_form_from(const Options& options, const std::string& prefix) {
  PictureForm form;
  form.sizing = sizing_from(options, prefix);
  const std::string format = prefix + "format";
  if (options.has(format)) form.format = writable_format(format, options.text(format));
  form.is_bilinear = options.text(prefix + "filter") == "bilinear";
  return form;
}

AvFramePtr PictureMaker::make(const AVFrame& picture, const Placement& placement) {
  const pixels::Rect& part = placement.part;
  ScaleTarget target = scale_target(picture, placement.size, form_.format);
  AvFramePtr made;
  if (form_.is_bilinear) {
    target.sws_flags = SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT;
    made = resized(picture, part, target);
  }
  if (!made && is_whole(picture, part)) made = scaler_.convert(picture, target);
  if (!made) made = scaler_.convert(*part_of(picture, part), target);
  if (placement.has_square_samples && made->sample_aspect_ratio.num != 0) {
    made->sample_aspect_ratio = {1, 1};
  }
  return made;
}

/// Null when the formats are left to libswscale, or there is nothing to scale.
AvFramePtr PictureMaker::resized(const AVFrame& picture, const pixels::Rect& part,
                                 const ScaleTarget& target) {
  const auto own = static_cast<AVPixelFormat>(picture.format);
  const pixels::Format* format = pixels::find_format(own);
  const bool keeps_format = target.format == own;
  const bool keeps_size = target.width == part.width && target.height == part.height;
  if (!format || (keeps_format && keeps_size)) return nullptr;
  if (target.format != AV_PIX_FMT_RGB24 && !(keeps_format && pixels::is_planar(*format))) {
    return nullptr;
  }
  AvFramePtr made = new_picture(*part_of(picture, part), target);
  if (target.format == AV_PIX_FMT_RGB24) {
    pixels::RgbTarget rgb;
    rgb.width = target.width;
    rgb.height = target.height;
    rgb.data = made->data[0];
    rgb.row_stride = made->linesize[0];
    resizer_.to_rgb(picture, part, rgb);
    made->colorspace = AVCOL_SPC_RGB;
    made->color_range = AVCOL_RANGE_JPEG;
    return made;
  }
  pixels::PlaneTarget planes;
  planes.width = target.width;
  planes.height = target.height;
  for (int i = 0; i < format->n_planes; ++i) {
    planes.data[i] = made->data[i];
    planes.stride[i] = made->linesize[i];
  }
  resizer_.to_planes(picture, part, planes);
  return made;
}

}  // namespace capstan::ffmpeg
