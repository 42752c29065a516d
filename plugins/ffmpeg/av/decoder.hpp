// One stream's decoder: packets in, frames out.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "codec_log.hpp"
#include "timestamps.hpp"

namespace capstan::ffmpeg {

/// What was found to be broken in an input. A value.
struct Damage {
  bool is_truncated = false;  ///< the demuxer could not read on
  int n_lost_packets = 0;     ///< packets the decoder refused, or that came incomplete
  int n_packets = 0;          ///< of all that were decoded
  int n_broken_frames = 0;    ///< frames that came out with errors in them
  int n_frames = 0;           ///< of all that came out
  std::string reason;         ///< FFmpeg's first complaint

  bool is_any() const noexcept { return is_truncated || n_lost_packets || n_broken_frames; }
  /// "the input is damaged: 2 of 100 packets could not be decoded (...)": what is reported.
  std::string text() const;
  void add(const Damage& other);
};

/// "no frame could be decoded (...)", for an input that gave none.
std::string no_frame_text(const Damage& damage);

/// What receive() gave.
enum class Pull : std::uint8_t {
  invalid = 0,
  frame,
  needs_packet,  ///< send one first
  end,           ///< after the end was sent: no more frames
};

/// Names and values of libavcodec's options for decoders.
using DecoderOptions = std::vector<std::pair<std::string, std::string>>;

struct DecoderSetup {
  std::int64_t max_pixels = INT32_MAX;
  DecoderOptions options;
  /// More than 1: the codec may have as many of its own, if it can.
  int n_threads = 1;
};

/// Decodes one stream, on the calling thread or on as many of the codec's own as it is allowed.
/// Home: one worker at a time.
class Decoder {
 public:
  /// Throws when there is no decoder for the codec, it refuses to open, or lacks an option.
  Decoder(const AVStream& stream, const DecoderSetup& setup);

  const AVStream& stream() const noexcept { return stream_; }

  /// Gives a packet, whose dts may be filled in. Call only when receive() needs one. What can't be
  /// decoded is counted as damage.
  void send(AVPacket& packet);
  void send_end() noexcept;
  /// Takes a frame; its pts is libavcodec's best effort.
  Pull receive(AVFrame& frame);
  /// Something was wrong, and the codec has threads: with them libavcodec neither marks every
  /// broken frame nor conceals errors as it does without.
  bool is_doubtful() const { return codec_log_ && (damage_.is_any() || codec_log_->has_error()); }
  /// The frame came out with errors in it.
  static bool is_broken(const AVFrame& frame) noexcept;
  /// Forgets everything; the next packet is one after a seek.
  void flush() noexcept;

  /// What was damaged since the first good frame, or since flush().
  const Damage& damage() const noexcept { return damage_; }

 private:
  int open(const DecoderSetup& setup, int n_threads);
  std::string complaint(int code) const;
  void note_lost_packet(int code);
  void note_frame(AVFrame& frame);

  const AVStream& stream_;
  std::unique_ptr<CodecLog> codec_log_;  // of a codec with threads
  AvCodecContextPtr context_;
  DtsCounter dts_;
  Damage damage_;
  bool has_frame_ = false;
};

}  // namespace capstan::ffmpeg
