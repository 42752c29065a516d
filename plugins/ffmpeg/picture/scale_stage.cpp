#include "scale_stage.hpp"

namespace capstan::ffmpeg {

ScaleStage::ScaleStage(StageContext& context, const Options& options)
    : sink_(context.log()), maker_(picture_form_from(options)) {}

Item ScaleStage::process(Item in) {
  if (in.get_if<AudioFrame>()) return in;  // sound that travels beside the pictures
  LogScope scope(sink_);
  LogScope::clear_error();
  const AvFramePtr frame = to_av_frame(in.get<VideoFrame>());
  const AVRational time_base = frame->time_base;
  return std::move(in).with(wrap_video_frame(maker_.make(*frame), time_base));
}

}  // namespace capstan::ffmpeg
