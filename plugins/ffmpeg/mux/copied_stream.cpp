#include "copied_stream.hpp"

namespace capstan::ffmpeg {

CopiedStream::CopiedStream(const InputSource& source, AVMediaType kind,
                           std::function<bool()> is_cancelled)
    : reader_(source, {kind}, true, std::move(is_cancelled), {}), is_at_end_(!info()) {}

const StreamInfo* CopiedStream::info() const noexcept {
  const std::vector<StreamInfo>& streams = reader_.program().streams;
  return streams.empty() ? nullptr : &streams.front();
}

AvPacketPtr CopiedStream::take(std::int64_t time_us) {
  if (!next_ && !is_at_end_) {
    next_ = reader_.next();
    is_at_end_ = !next_;
  }
  if (!next_) return {};
  const AVPacket& packet = next_->packet();
  if (packet.dts != AV_NOPTS_VALUE &&
      av_rescale_q(packet.dts, info()->time_base, AV_TIME_BASE_Q) > time_us) {
    return {};
  }
  AvPacketPtr taken(require(av_packet_clone(&packet)));
  next_ = {};
  return taken;
}

}  // namespace capstan::ffmpeg
