#include "video_encoder.hpp"

#include <cmath>
#include <cstring>

#include "../av/av_error.hpp"

namespace capstan::ffmpeg {

namespace {

// MPEG-4 part 2 and its kin have 16 bits for the unit of time.
constexpr int kMaxSmallTimeBase = 65535;

// Rates that media are made at. A container that counts milliseconds gives 29.97 as 33 ms a frame.
constexpr AVRational kCommonRates[] = {
    {24000, 1001}, {24, 1}, {25, 1},        {30000, 1001}, {30, 1}, {48, 1}, {50, 1},
    {60000, 1001}, {60, 1}, {120000, 1001}, {120, 1},      {15, 1}, {12, 1}, {10, 1}};

bool has_small_time_base(AVCodecID id) {
  return id == AV_CODEC_ID_MPEG4 || id == AV_CODEC_ID_H263 || id == AV_CODEC_ID_H263P ||
         id == AV_CODEC_ID_MSMPEG4V2 || id == AV_CODEC_ID_MSMPEG4V3 || id == AV_CODEC_ID_WMV1 ||
         id == AV_CODEC_ID_WMV2;
}

AVRational guess_rate(const AVFrame& frame) {
  const std::int64_t duration = frame.pkt_duration;
  if (duration <= 0) return {25, 1};  // what FFmpeg takes for streams that do not say
  for (const AVRational& rate : kCommonRates) {
    if (std::fabs(av_q2d(av_inv_q(rate)) / av_q2d(frame.time_base) -
                  static_cast<double>(duration)) < 0.51) {
      return rate;
    }
  }
  AVRational rate{0, 1};
  av_reduce(&rate.num, &rate.den, frame.time_base.den, frame.time_base.num * duration, INT32_MAX);
  return rate;
}

}  // namespace

void VideoEncoder::encode(AvFramePtr frame) {
  if (!is_open()) open_for(*frame);
  const std::int64_t pts = time_of(*frame);
  if (last_pts_ != AV_NOPTS_VALUE && pts <= last_pts_) {
    ++n_left_out_;
    return;
  }
  const AvFramePtr picture = scaler_.convert(*frame, target_);
  picture->pts = last_pts_ = pts;
  // The types that the decoder found are none of the encoder's business.
  picture->pict_type = is_keyframe_due(pts) ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
  ++n_frames_;
  send(picture.get());
}

void VideoEncoder::finish() {
  if (is_open()) send(nullptr);
}

void VideoEncoder::open_for(const AVFrame& frame) {
  AvCodecContextPtr context = make_encoder_context(settings_);
  target_.format = context->pix_fmt = format_for(frame);
  target_.width = context->width = side_for(frame.width, target_.format, true);
  target_.height = context->height = side_for(frame.height, target_.format, false);
  // Of the picture as it will be: conversion to another format may change range and matrix.
  const AvFramePtr converted = scaler_.convert(frame, target_);
  context->sample_aspect_ratio = converted->sample_aspect_ratio;
  context->color_range = converted->color_range;
  context->color_primaries = converted->color_primaries;
  context->color_trc = converted->color_trc;
  context->colorspace = converted->colorspace;
  context->chroma_sample_location = converted->chroma_location;
  set_times(frame, *context);
  if (const auto* matrix = av_frame_get_side_data(&frame, AV_FRAME_DATA_DISPLAYMATRIX)) {
    display_matrix_.resize(matrix->size / sizeof(std::int32_t));
    std::memcpy(display_matrix_.data(), matrix->data, matrix->size);
  }
  open(std::move(context));
  first_pts_ = time_of(frame);
}

AVPixelFormat VideoEncoder::format_for(const AVFrame& frame) const {
  if (settings_.format != AV_PIX_FMT_NONE) return settings_.format;
  const auto own = static_cast<AVPixelFormat>(frame.format);
  if (!settings_.codec->pix_fmts) return own;
  const bool has_alpha = (av_pix_fmt_desc_get(own)->flags & AV_PIX_FMT_FLAG_ALPHA) != 0;
  return avcodec_find_best_pix_fmt_of_list(settings_.codec->pix_fmts, own, has_alpha ? 1 : 0,
                                           nullptr);
}

// H.264 and HEVC have no half of a pair of chroma samples: an odd side loses a row or column.
int VideoEncoder::side_for(int side, AVPixelFormat format, bool is_width) const {
  const AVCodecID id = settings_.codec->id;
  if (id != AV_CODEC_ID_H264 && id != AV_CODEC_ID_HEVC) return side;
  const AVPixFmtDescriptor& about = *av_pix_fmt_desc_get(format);
  const int step = 1 << (is_width ? about.log2_chroma_w : about.log2_chroma_h);
  return std::max(side - side % step, step);
}

// Frames keep the unit of their times, so that none is moved, where the codec has room for it.
void VideoEncoder::set_times(const AVFrame& frame, AVCodecContext& context) {
  const AVCodec& codec = *settings_.codec;
  const bool is_given = settings_.frame_rate.num != 0;
  if (is_given) frame_rate_ = settings_.frame_rate;
  if (frame_rate_.num == 0) frame_rate_ = guess_rate(frame);
  if (codec.supported_framerates) {
    const int nearest = av_find_nearest_q_idx(frame_rate_, codec.supported_framerates);
    frame_rate_ = codec.supported_framerates[nearest];
  }
  const bool is_too_fine = has_small_time_base(codec.id) && frame.time_base.den > kMaxSmallTimeBase;
  const bool counts_frames = is_given || codec.supported_framerates || is_too_fine;
  context.time_base = counts_frames ? av_inv_q(frame_rate_) : frame.time_base;
  context.framerate = frame_rate_;
  const bool has_time = !is_given && frame.pts != AV_NOPTS_VALUE;
  start_us_ = has_time ? av_rescale_q(frame.pts, frame.time_base, AV_TIME_BASE_Q) : 0;
}

std::int64_t VideoEncoder::time_of(const AVFrame& frame) const {
  if (settings_.frame_rate.num != 0) return n_frames_;  // times are counted anew
  if (frame.pts != AV_NOPTS_VALUE) {
    return av_rescale_q(frame.pts, frame.time_base, context().time_base);
  }
  return last_pts_ == AV_NOPTS_VALUE ? 0 : last_pts_ + packet_duration();
}

// A picture at or behind a boundary that no other has crossed. Boundaries count from the first one.
bool VideoEncoder::is_keyframe_due(std::int64_t pts) {
  const std::int64_t interval_ns = settings_.keyframes.count();
  if (interval_ns == 0) return false;
  const std::int64_t now_ns =
      av_rescale_q(pts - first_pts_, context().time_base, AVRational{1, 1000000000});
  if (now_ns < next_keyframe_ * interval_ns) return false;
  next_keyframe_ = now_ns / interval_ns + 1;
  return true;
}

void VideoEncoder::describe_more(StreamInfo& info) const {
  info.traits.frame_rate = frame_rate_;
  info.traits.sample_aspect_ratio = context().sample_aspect_ratio;
  if (!display_matrix_.empty()) info.traits.display_matrix = display_matrix_;
}

std::int64_t VideoEncoder::packet_duration() const noexcept {
  return av_rescale_q(1, av_inv_q(frame_rate_), context().time_base);
}

}  // namespace capstan::ffmpeg
