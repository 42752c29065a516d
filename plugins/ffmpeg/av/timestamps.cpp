#include "timestamps.hpp"

namespace capstan::ffmpeg {

namespace {

std::int64_t first_dts_us(const AVStream& stream, const AVCodecContext& decoder) noexcept {
  if (stream.avg_frame_rate.num == 0) return 0;
  return static_cast<std::int64_t>(-decoder.has_b_frames * AV_TIME_BASE /
                                   av_q2d(stream.avg_frame_rate));
}

/// 0 when unknown.
std::int64_t duration_us(const AVPacket& packet, const AVStream& stream,
                         const AVCodecContext& decoder) noexcept {
  if (packet.duration) return av_rescale_q(packet.duration, stream.time_base, AV_TIME_BASE_Q);
  const AVRational rate = decoder.framerate;
  if (rate.num == 0 || rate.den == 0) return 0;
  const AVCodecParserContext* parser = av_stream_get_parser(&stream);
  const int ticks_per_frame = std::max(decoder.ticks_per_frame, 1);
  const int ticks = parser ? parser->repeat_pict + 1 : ticks_per_frame;
  return std::int64_t{AV_TIME_BASE} * rate.den * ticks / rate.num / ticks_per_frame;
}

}  // namespace

void DtsCounter::stamp(AVPacket& packet, const AVStream& stream, const AVCodecContext& decoder,
                       std::int64_t start_us) noexcept {
  if (!has_begun_) next_us_ = first_dts_us(stream, decoder) + start_us;
  has_begun_ = true;
  if (packet.dts != AV_NOPTS_VALUE) {
    next_us_ = av_rescale_q(packet.dts, stream.time_base, AV_TIME_BASE_Q);
  }
  if (next_us_ == AV_NOPTS_VALUE) return;
  packet.dts = av_rescale_q(next_us_, AV_TIME_BASE_Q, stream.time_base);
  const std::int64_t duration = duration_us(packet, stream, decoder);
  next_us_ = duration ? next_us_ + duration : AV_NOPTS_VALUE;
}

}  // namespace capstan::ffmpeg
