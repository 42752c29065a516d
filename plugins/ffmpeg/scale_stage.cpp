#include "scale_stage.hpp"

namespace capstan::ffmpeg {

namespace {

AVPixelFormat writable_format(const std::string& name) {
  const AVPixelFormat format = av_get_pix_fmt(name.c_str());
  if (format == AV_PIX_FMT_NONE) {
    throw std::invalid_argument("'format': FFmpeg knows no pixel format '" + name + "'");
  }
  if (!sws_isSupportedOutput(format)) {
    throw std::invalid_argument("'format': pictures can't be converted to '" + name + "'");
  }
  return format;
}

}  // namespace

ScaleStage::ScaleStage(StageContext& context, const Options& options) : sink_(context.log()) {
  if (options.has("size")) size_ = options.dimensions("size");
  if (options.has("format")) format_ = writable_format(options.text("format"));
}

Item ScaleStage::process(Item in) {
  if (in.get_if<AudioFrame>()) return in;  // sound that travels beside the pictures
  LogScope scope(sink_);
  LogScope::clear_error();
  const AvFramePtr frame = to_av_frame(in.get<VideoFrame>());
  const ScaleTarget target = scale_target(*frame, size_, format_);
  const AVRational time_base = frame->time_base;
  return std::move(in).with(wrap_video_frame(scaler_.convert(*frame, target), time_base));
}

}  // namespace capstan::ffmpeg
