// The text that FFmpeg's hash muxers (framemd5, framecrc, md5) write for a run of frames.
#pragma once

#include <string>
#include <vector>

#include <capstan/sdk/payload.hpp>

#include "../av/av_ptr.hpp"
#include "../av/sample_clock.hpp"

namespace capstan::ffmpeg {

/// Feeds frames of one kind, video or audio, to one of libavformat's own hash muxers, in the packed
/// form that its raw encoders give them: so the text is FFmpeg's by construction. Home: one worker
/// at a time. Every call must stand within a LogScope.
class FrameHasher {
 public:
  /// `muxer` is libavformat's name. `time_base` is the unit of the times that are written; 0/1:
  /// that of the first video frame, or one sample.
  FrameHasher(std::string muxer, AVRational time_base);

  /// Adds a frame, whose time is in units of its own time_base. The first one fixes what the header
  /// says. A time before that of the last frame is written as that one's, as the tool does.
  void add(AVFrame& frame);
  /// Bytes of text so far.
  std::int64_t n_bytes() const noexcept;
  /// The whole text. Call once, after at least one frame.
  Buffer finish();

 private:
  void open(const AVFrame& first);
  void pack(const AVFrame& frame);
  std::int64_t time_of(const AVFrame& frame) const;
  std::int64_t duration_of(const AVFrame& frame) const;

  std::string muxer_;
  AVRational time_base_;
  AvDynamicIoPtr text_;           // outlives the muxer
  AvUnopenedContextPtr context_;  // the muxer, none before the first frame
  AvPacketPtr packet_;            // borrows from packed_
  std::vector<std::uint8_t> packed_;
  SampleClock clock_;
  std::int64_t last_time_ = AV_NOPTS_VALUE;
};

}  // namespace capstan::ffmpeg
