// An opened input: a local file, bytes in memory or a URL, its streams and its duration.
#pragma once

#include <functional>
#include <memory>

#include "input_opener.hpp"
#include "input_source.hpp"
#include "limits.hpp"
#include "memory_io.hpp"

namespace capstan::ffmpeg {

/// How much is found out of the streams before the first packet is read.
enum class Probing : std::uint8_t {
  invalid = 0,
  whole,      ///< all that libavformat can tell
  for_decode  ///< not of usual images, which it would decode for that: their decoder says the same
};

/// A demuxer on its input. Home: one worker at a time.
class Input {
 public:
  /// Opens and probes within `limits`. `is_cancelled` interrupts every read. Throws on failure,
  /// Cancelled when interrupted.
  Input(const InputSource& source, const Limits& limits, const std::function<bool()>& is_cancelled,
        Probing probing = Probing::whole);
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  AVFormatContext& context() noexcept { return *context_; }
  const AVFormatContext& context() const noexcept { return *context_; }

  /// Whether it is a single picture, by its demuxer.
  bool is_image() const noexcept;

  /// The next packet of the streams that are not discarded. 0, or AVERROR_EOF, or another error.
  /// Throws when a URL has given more bytes than it may.
  int read(AVPacket& packet);
  /// Goes to a keyframe from which the frame at `time` (microseconds, the container's own) can be
  /// decoded. False if it can't.
  bool seek(std::int64_t time_us) noexcept;
  /// Goes to the keyframe packet with these times in the unit of `stream`, or before it. `dts` may
  /// be missing. False if it can't.
  bool seek_to_packet(const AVStream& stream, std::int64_t pts, std::int64_t dts) noexcept;

  /// Where the container's time starts, in microseconds; 0 when it does not say.
  std::int64_t start_us() const noexcept;
  /// Whether the container states its duration; an estimate from the bit rate does not count.
  bool has_duration() const noexcept;
  /// The stated duration in microseconds.
  std::int64_t duration_us() const noexcept { return context_->duration; }
  /// The duration found by reading every packet to the end. Leaves the input at its end.
  std::int64_t measure_duration_us();

 private:
  void open(const InputSource& source);
  void probe_streams();
  const AVInputFormat* probe(const InputSource& source);

  std::function<bool()> is_cancelled_;
  const Limits limits_;
  std::uint64_t n_bytes_read_ = 0;  // from a URL
  InputOpener opener_;              // both outlive the demuxer
  std::unique_ptr<MemoryIo> memory_;
  AvFormatContextPtr context_;
};

/// The video stream that the ffmpeg tool takes when it is not told: the largest picture, a default
/// stream before others, cover art only when there is nothing else. Null when there is none.
AVStream* best_video_stream(AVFormatContext& context);
/// Video stream number `n`, counted from 0 among the video streams; null when there are fewer.
AVStream* nth_video_stream(AVFormatContext& context, int n);
/// The audio stream that the ffmpeg tool takes: most channels, a default stream before others.
AVStream* best_audio_stream(AVFormatContext& context);

}  // namespace capstan::ffmpeg
