// Frames of either kind in and out of items, for stages that take both.
#pragma once

#include <capstan/sdk/ffmpeg.hpp>
#include <capstan/sdk/item.hpp>

namespace capstan::ffmpeg {

/// The item's video or audio frame as libav's, pixels and samples shared. Channels that nobody has
/// named get the usual layout for their number, as the ffmpeg tool gives it. Throws WrongPayload.
inline AvFramePtr frame_of(const Item& item) {
  const auto* samples = item.get_if<AudioFrame>();
  if (!samples) return to_av_frame(item.get<VideoFrame>());
  AvFramePtr frame = to_av_frame(*samples);
  if (frame->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC) {
    av_channel_layout_default(&frame->ch_layout, samples->n_channels);
  }
  return frame;
}

/// AVMEDIA_TYPE_VIDEO or AVMEDIA_TYPE_AUDIO: only pictures have a width.
inline AVMediaType type_of(const AVFrame& frame) noexcept {
  return frame.width > 0 ? AVMEDIA_TYPE_VIDEO : AVMEDIA_TYPE_AUDIO;
}

/// The frame as a payload of its kind. `time_base` is the unit of its pts.
inline PayloadRef payload_of(AvFramePtr frame, AVRational time_base) {
  if (type_of(*frame) == AVMEDIA_TYPE_AUDIO) return wrap_audio_frame(std::move(frame), time_base);
  return wrap_video_frame(std::move(frame), time_base);
}

}  // namespace capstan::ffmpeg
