// Fills in the decoding timestamps that a stream lacks, as the ffmpeg tool does.
#pragma once

#include <cstdint>

#include "av_ptr.hpp"

namespace capstan::ffmpeg {

/// libavcodec takes a frame's timestamp from the packet's dts where pts is missing (raw H.264, AVI,
/// broken muxers). The ffmpeg tool never hands it a packet without dts: it counts on from the last
/// one. To give every frame the same time as the tool, the same counting is done here, with the
/// same rounding to microseconds. Home: the decoder's.
class DtsCounter {
 public:
  /// Sets the packet's dts and moves on. Call before the packet is sent. `start_us` is where the
  /// counting begins: 0 for a decoder, the first packet's pts for stream copy.
  void stamp(AVPacket& packet, const AVStream& stream, const AVCodecContext& decoder,
             std::int64_t start_us = 0) noexcept;
  /// The next packet is not the one after the last.
  void restart() noexcept { *this = {}; }

 private:
  bool has_begun_ = false;
  std::int64_t next_us_ = AV_NOPTS_VALUE;
};

}  // namespace capstan::ffmpeg
