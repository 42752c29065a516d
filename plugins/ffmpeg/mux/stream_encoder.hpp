// One stream's encoder: frames in, packets out.
#pragma once

#include <deque>

#include "codec_settings.hpp"
#include "program.hpp"

namespace capstan::ffmpeg {

/// What the encoders of video and audio share. Home: one worker at a time; every call within a
/// LogScope.
class StreamEncoder {
 public:
  virtual ~StreamEncoder() = default;

  /// Encodes a frame, whose time_base says the unit of its pts. The first one opens the encoder.
  /// Throws when the codec does not take it.
  virtual void encode(AvFramePtr frame) = 0;
  /// Encodes what is held back. No frame comes after it.
  virtual void finish() = 0;

  bool is_open() const noexcept { return static_cast<bool>(context_); }
  /// The next packet, its times in time_base(); null when there is none yet.
  AvPacketPtr take_packet();
  /// Of packets that were not taken yet.
  std::size_t held_bytes() const noexcept { return held_bytes_; }
  /// Of the frames that the encoder looks at before it gives their packets. An estimate: encoders
  /// do not say what they keep.
  std::size_t lookahead_bytes() const noexcept { return n_inside_ * frame_bytes_; }
  /// The stream that the packets are of. Call when open. `traits` come from where the frames do.
  StreamInfo describe(const StreamTraits* traits) const;
  /// Time of the first frame.
  std::int64_t start_us() const noexcept { return start_us_; }

 protected:
  /// Throws a sentence with the codec's name when it does not open.
  void open(AvCodecContextPtr context);
  /// Null ends the stream.
  void send(const AVFrame* frame);

  const AVCodecContext& context() const noexcept { return *context_; }
  virtual void describe_more(StreamInfo& info) const = 0;
  /// What a packet lasts whose encoder does not say.
  virtual std::int64_t packet_duration() const noexcept = 0;

  std::int64_t start_us_ = 0;

 private:
  AvCodecContextPtr context_;
  std::deque<AvPacketPtr> packets_;
  std::size_t held_bytes_ = 0;
  std::size_t n_inside_ = 0;     // frames sent for which no packet has come
  std::size_t frame_bytes_ = 0;  // of the last frame
};

}  // namespace capstan::ffmpeg
