#include "scaler.hpp"

extern "C" {
#include <libavutil/opt.h>
}

#include "../av/av_error.hpp"

namespace capstan::ffmpeg {

namespace {

// The vertical chroma position of MPEG-2 and its successors, which the scale filter sets too.
constexpr int kMpeg2ChromaPosition = 128;

// BT.601 for pictures that do not say, of any size, and for matrices that swscale does not know.
const int* coefficients(int matrix) {
  const bool is_known = matrix >= 1 && matrix <= 10 && matrix != AVCOL_SPC_YCGCO;
  return sws_getCoefficients(is_known ? matrix : AVCOL_SPC_BT470BG);
}

AVRational scaled_aspect(const AVFrame& frame, const ScaleTarget& target) {
  AVRational sar = frame.sample_aspect_ratio;
  if (sar.num == 0) return sar;
  av_reduce(&sar.num, &sar.den, std::int64_t{sar.num} * target.height * frame.width,
            std::int64_t{sar.den} * target.width * frame.height, INT32_MAX);
  return sar;
}

}  // namespace

AvFramePtr new_picture(const AVFrame& like, const ScaleTarget& target) {
  AvFramePtr frame = make_av_frame();
  check(av_frame_copy_props(frame.get(), &like), "the picture's properties");
  frame->width = target.width;
  frame->height = target.height;
  frame->format = target.format;
  frame->crop_left = frame->crop_right = frame->crop_top = frame->crop_bottom = 0;
  frame->sample_aspect_ratio = scaled_aspect(like, target);
  check(av_frame_get_buffer(frame.get(), 0), "no memory for the scaled picture");
  return frame;
}

Dimensions fitted_size(Dimensions wanted, int width, int height) noexcept {
  Dimensions size = wanted;
  if (size.width <= 0 && size.height <= 0) return {width, height};
  if (size.width <= 0) size.width = static_cast<int>(av_rescale(size.height, width, height));
  if (size.height <= 0) size.height = static_cast<int>(av_rescale(size.width, height, width));
  return {std::max(size.width, 1), std::max(size.height, 1)};
}

AVPixelFormat scalable_format(AVPixelFormat format) noexcept {
  const AVPixFmtDescriptor* about = av_pix_fmt_desc_get(format);
  if (!about) return AV_PIX_FMT_NONE;
  const bool has_alpha = (about->flags & AV_PIX_FMT_FLAG_ALPHA) != 0;
  if ((about->flags & AV_PIX_FMT_FLAG_PAL) != 0) return AV_PIX_FMT_BGRA;
  if (format == AV_PIX_FMT_MONOBLACK || format == AV_PIX_FMT_MONOWHITE) return AV_PIX_FMT_GRAY8;
  const bool is_coarse = about->comp[0].depth < 8;
  if (!is_coarse && sws_isSupportedOutput(format)) return format;
  if (about->comp[0].depth > 8) return has_alpha ? AV_PIX_FMT_RGBA64LE : AV_PIX_FMT_RGB48LE;
  return has_alpha ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB24;
}

ScaleTarget scale_target(const AVFrame& frame, Dimensions size, AVPixelFormat format) noexcept {
  const Dimensions fitted = fitted_size(size, frame.width, frame.height);
  const bool keeps_size = fitted.width == frame.width && fitted.height == frame.height;
  const auto own = static_cast<AVPixelFormat>(frame.format);
  ScaleTarget target;
  target.width = fitted.width;
  target.height = fitted.height;
  target.format = format != AV_PIX_FMT_NONE ? format : keeps_size ? own : scalable_format(own);
  return target;
}

bool Scaler::is_same(const Setup& a, const Setup& b) noexcept {
  return a.width == b.width && a.height == b.height && a.format == b.format &&
         a.matrix == b.matrix && a.range == b.range && a.target.width == b.target.width &&
         a.target.height == b.target.height && a.target.format == b.target.format &&
         a.target.matrix == b.target.matrix && a.target.range == b.target.range &&
         a.target.sws_flags == b.target.sws_flags;
}

AvFramePtr Scaler::convert(const AVFrame& frame, const ScaleTarget& target) {
  const bool is_recolored =
      target.matrix != AVCOL_SPC_UNSPECIFIED || target.range != AVCOL_RANGE_UNSPECIFIED;
  if (frame.width == target.width && frame.height == target.height &&
      frame.format == target.format && !is_recolored) {
    return AvFramePtr(require(av_frame_clone(&frame)));
  }
  const Setup setup{frame.width,      frame.height,      frame.format,
                    frame.colorspace, frame.color_range, target};
  if (!context_ || !is_same(setup, setup_)) prepare(setup);
  AvFramePtr out = new_picture(frame, target);
  check(sws_scale(context_.get(), frame.data, frame.linesize, 0, frame.height, out->data,
                  out->linesize),
        "the picture could not be scaled");
  out->color_range = is_full_range_out_ ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
  if (target.matrix != AVCOL_SPC_UNSPECIFIED) out->colorspace = target.matrix;
  const AVPixFmtDescriptor* about = av_pix_fmt_desc_get(target.format);
  if ((about->flags & AV_PIX_FMT_FLAG_RGB) != 0) out->colorspace = AVCOL_SPC_RGB;
  return out;
}

void Scaler::prepare(const Setup& setup) {
  context_.reset(require(sws_alloc_context()));
  auto set = [&](const char* name, int value) { av_opt_set_int(context_.get(), name, value, 0); };
  set("srcw", setup.width);
  set("srch", setup.height);
  set("src_format", setup.format);
  set("dstw", setup.target.width);
  set("dsth", setup.target.height);
  set("dst_format", setup.target.format);
  set("sws_flags", setup.target.sws_flags);
  if (setup.target.range != AVCOL_RANGE_UNSPECIFIED) {
    set("dst_range", setup.target.range == AVCOL_RANGE_JPEG);
  }
  if (setup.format == AV_PIX_FMT_YUV420P) set("src_v_chr_pos", kMpeg2ChromaPosition);
  if (setup.target.format == AV_PIX_FMT_YUV420P) set("dst_v_chr_pos", kMpeg2ChromaPosition);
  check(sws_init_context(context_.get(), nullptr, nullptr), "this picture can't be scaled");
  set_colors(setup);
  setup_ = setup;
}

void Scaler::set_colors(const Setup& setup) {
  int* in_table = nullptr;
  int* out_table = nullptr;
  int is_full_in = 0, is_full_out = 0, brightness = 0, contrast = 0, saturation = 0;
  sws_getColorspaceDetails(context_.get(), &in_table, &is_full_in, &out_table, &is_full_out,
                           &brightness, &contrast, &saturation);
  const int* in_matrix = coefficients(setup.matrix);
  const int* out_matrix =
      setup.target.matrix == AVCOL_SPC_UNSPECIFIED ? in_matrix : coefficients(setup.target.matrix);
  if (setup.range != AVCOL_RANGE_UNSPECIFIED) is_full_in = setup.range == AVCOL_RANGE_JPEG;
  if (setup.target.range != AVCOL_RANGE_UNSPECIFIED) {
    is_full_out = setup.target.range == AVCOL_RANGE_JPEG;
  }
  sws_setColorspaceDetails(context_.get(), in_matrix, is_full_in, out_matrix, is_full_out,
                           brightness, contrast, saturation);
  is_full_range_out_ = is_full_out != 0;
}

}  // namespace capstan::ffmpeg
