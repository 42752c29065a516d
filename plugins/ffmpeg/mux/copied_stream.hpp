// A stream that goes along with an encoded one, as it is in the input.
#pragma once

#include "packet_reader.hpp"

namespace capstan::ffmpeg {

/// The packets of one stream of an input, given as far as the encoded stream has come: both reach
/// the muxer side by side, and none waits there for the other. Home: one worker at a time; every
/// call within a LogScope.
class CopiedStream {
 public:
  /// Opens the input once more and takes its best stream of this kind, if it has one.
  CopiedStream(const InputSource& source, AVMediaType kind, std::function<bool()> is_cancelled);

  /// The stream; null when there is none.
  const StreamInfo* info() const noexcept;
  /// Where the input's time starts.
  std::int64_t start_us() const noexcept { return reader_.program().start_us; }
  /// The next packet that is decoded by this time; null when the next one is later, or at the end.
  /// Throws Cancelled.
  AvPacketPtr take(std::int64_t time_us);
  /// At the end: why the input ends too early; empty when it does not.
  const std::string& truncation() const noexcept { return reader_.truncation(); }

 private:
  PacketReader reader_;
  Ref<Packet> next_;
  bool is_at_end_ = false;
};

}  // namespace capstan::ffmpeg
