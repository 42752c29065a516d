#include "sampler.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iterator>

namespace capstan::ffmpeg {

namespace {

// Below this a seek costs more than decoding on.
constexpr std::int64_t kShortestSeekUs = 1'000'000;

std::string written(const Position& position) {
  char text[48];
  if (position.kind == Position::Kind::percent) {
    std::snprintf(text, sizeof(text), "%g%%", position.percent);
  } else {
    std::snprintf(text, sizeof(text), "%gs", static_cast<double>(position.time.count()) * 1e-9);
  }
  return text;
}

/// Codecs whose keyframes make the decoder forget everything before. Others keep some state
/// (WMV2's tables, say), so that a decode from a keyframe differs from a full one.
bool starts_afresh_at_keyframes(AVCodecID codec) {
  constexpr AVCodecID kKnown[] = {
      AV_CODEC_ID_H264, AV_CODEC_ID_HEVC,       AV_CODEC_ID_VP8,        AV_CODEC_ID_VP9,
      AV_CODEC_ID_AV1,  AV_CODEC_ID_MPEG1VIDEO, AV_CODEC_ID_MPEG2VIDEO, AV_CODEC_ID_MPEG4,
      AV_CODEC_ID_H263, AV_CODEC_ID_FLV1,       AV_CODEC_ID_THEORA,     AV_CODEC_ID_VC1,
      AV_CODEC_ID_WMV3};
  const AVCodecDescriptor* about = avcodec_descriptor_get(codec);
  if (about && (about->props & AV_CODEC_PROP_INTRA_ONLY) != 0) return true;
  return std::find(std::begin(kKnown), std::end(kKnown), codec) != std::end(kKnown);
}

/// libavformat seeks by decoding time in most containers, and a frame is decoded before it is
/// shown: the ffmpeg tool goes this much further back where frames are reordered.
std::int64_t reordering_margin_us(AVFormatContext& context) {
  if ((context.iformat->flags & AVFMT_SEEK_TO_PTS) != 0) return 0;
  for (unsigned i = 0; i < context.nb_streams; ++i) {
    if (context.streams[i]->codecpar->video_delay > 0) return 3 * AV_TIME_BASE / 23;
  }
  return 0;
}

}  // namespace

AvFramePtr Sampler::frame_at(const Position& position) {
  const std::int64_t at_us = time_us(position);
  const std::int64_t wanted = av_rescale_q(at_us, AV_TIME_BASE_Q, reader_.video()->time_base);
  const bool is_behind = current_ && passed_ >= wanted;
  if (is_behind || is_worth_seeking(wanted)) {
    const bool can_seek = starts_afresh_at_keyframes(reader_.video()->codecpar->codec_id);
    if (!can_seek) {
      if (is_behind) restart();
    } else if (!seek_to(at_us) || !advance_after_seek(wanted)) {
      restart();
    }
  }
  while (is_short_of(wanted) && advance()) {
  }
  if (!current_) throw std::runtime_error(no_frame_text(reader_.damage()));
  if (is_short_of(wanted) && reader_.damage().is_truncated) {
    throw std::runtime_error("no frame at " + written(position) + ": " + reader_.damage().text());
  }
  return AvFramePtr(require(av_frame_clone(current_.get())));
}

std::int64_t Sampler::time_us(const Position& position) {
  if (position.kind == Position::Kind::time) {
    return reader_.input().start_us() + position.time.count() / 1000;
  }
  // A hair more than the product, so that 33.3 % of 10 s is not a microsecond short of 3.33 s.
  const double offset = static_cast<double>(duration_us()) * position.percent / 100 + 1e-3;
  return reader_.input().start_us() + static_cast<std::int64_t>(std::floor(offset));
}

std::int64_t Sampler::duration_us() {
  if (duration_us_ < 0 && reader_.input().has_duration()) {
    duration_us_ = reader_.input().duration_us();
  }
  if (duration_us_ < 0) {
    duration_us_ = reader_.input().measure_duration_us();
    restart();
  }
  return duration_us_;
}

void Sampler::restart() {
  reader_.restart();
  current_.reset();
  passed_ = INT64_MIN;
  is_at_end_ = false;
}

bool Sampler::seek_to(std::int64_t time_us) {
  const std::int64_t margin = reordering_margin_us(reader_.input().context());
  if (!reader_.seek(time_us - margin)) return false;
  current_.reset();
  passed_ = INT64_MIN;
  is_at_end_ = false;
  return true;
}

bool Sampler::is_worth_seeking(std::int64_t wanted) const {
  if (is_at_end_) return false;
  const AVRational tb = reader_.video()->time_base;
  std::int64_t from = av_rescale_q(reader_.input().start_us(), AV_TIME_BASE_Q, tb);
  if (current_ && current_->pts != AV_NOPTS_VALUE) from = current_->pts;
  return wanted > from && av_rescale_q(wanted - from, tb, AV_TIME_BASE_Q) > kShortestSeekUs;
}

bool Sampler::is_short_of(std::int64_t wanted) const {
  return !current_ || current_->pts == AV_NOPTS_VALUE || current_->pts < wanted;
}

// Moves on by one frame; false at the end, where the last one stays.
bool Sampler::advance() {
  Decoded decoded = reader_.next();
  is_at_end_ = !decoded.frame;
  if (is_at_end_) return false;
  if (current_ && current_->pts != AV_NOPTS_VALUE) passed_ = std::max(passed_, current_->pts);
  current_ = std::move(decoded.frame);
  return true;
}

// False when the frames that come can't be trusted to be those of a full decode.
bool Sampler::advance_after_seek(std::int64_t wanted) {
  bool has_keyframe = false;
  while (is_short_of(wanted) && advance()) {
    const bool is_earlier = current_->pts != AV_NOPTS_VALUE && current_->pts <= wanted;
    has_keyframe |= is_earlier && detail::is_key_frame(*current_);
    if (reader_.damage().is_any()) return false;
  }
  return has_keyframe && !reader_.damage().is_any();
}

}  // namespace capstan::ffmpeg
