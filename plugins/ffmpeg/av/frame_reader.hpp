// Reads an input's chosen streams as frames, in decoding order.
#pragma once

#include <memory>
#include <vector>

#include <capstan/sdk/stage.hpp>

#include "decoder.hpp"
#include "input.hpp"
#include "limits.hpp"

namespace capstan::ffmpeg {

/// Which streams to decode, how, and within which limits.
struct ReadSettings {
  bool wants_video = true;
  bool wants_audio = false;
  int video_number = -1;  ///< among the video streams; -1: the best
  DecoderOptions video_options;
  int n_threads = 1;  ///< of the video's codec, at most; 1 for those who seek() while they read on
  Limits limits;
};

/// Below this, in microseconds of the input, a seek costs more than decoding on.
inline constexpr std::int64_t kShortestSeekUs = 1'000'000;

/// A frame and the stream it is of. No frame: the end.
struct Decoded {
  AvFramePtr frame;
  const AVStream* stream = nullptr;
};

/// Demuxer and decoders of one input. Home: one worker at a time. Every call must stand within a
/// LogScope.
class FrameReader {
 public:
  /// Opens the input. Throws when none of the chosen streams is there.
  FrameReader(InputSource source, const ReadSettings& settings, std::function<bool()> is_cancelled);

  /// The next frame; none at the end. Throws Cancelled, or the limit that was passed. Damage that
  /// comes to light on the codec's own threads makes it begin again without them.
  Decoded next();

  /// Goes to a keyframe at or before `time`, in microseconds of the container. False if the
  /// container can't: then restart() is the way.
  bool seek(std::int64_t time_us);
  /// Goes to or before a packet of the video stream, in the stream's unit. The rest as seek().
  bool seek_to_packet(std::int64_t pts, std::int64_t dts);
  /// Opens the input anew, at its start: always right, also where seeking is not.
  void restart();
  /// For all that is decoded after the next restart.
  void do_without_threads() noexcept { settings_.n_threads = 1; }
  /// Nothing was read since the start.
  bool is_at_start() const noexcept { return is_at_start_; }

  /// The video stream's next packet, for those who decode by themselves. False at the end, or where
  /// the input is truncated: damage() tells. Throws Cancelled.
  bool read_video_packet(AVPacket& packet);
  /// The video stream's decoder, anew after restart(). Only with a video stream.
  Decoder& video_decoder() noexcept { return *decoders_.front(); }
  /// Throws Cancelled once the item is.
  void check_cancelled() const {
    if (is_cancelled_()) throw Cancelled();
  }
  /// Throws when `n_frames` are more than one input may have.
  void check_frames(std::int64_t n_frames) const { settings_.limits.check_frames(n_frames); }

  Input& input() noexcept { return *input_; }
  /// The chosen video stream, null without one. Changes with restart().
  const AVStream* video() const noexcept { return video_; }
  /// What was broken since the start or the last seek.
  Damage damage() const;

 private:
  void choose_streams();
  Decoded decode_next();
  bool is_doubtful() const;
  void begin_again();
  void decode_packet();
  bool read_packet(AVPacket& packet);
  void note_end(int code);
  void forget_position() noexcept;

  InputSource source_;
  ReadSettings settings_;
  std::function<bool()> is_cancelled_;
  std::unique_ptr<Input> input_;
  const AVStream* video_ = nullptr;
  std::vector<std::unique_ptr<Decoder>> decoders_;  // refer to input_'s streams
  std::size_t current_ = 0;                         // the decoder that has frames to give
  std::int64_t n_frames_ = 0;                       // since the start
  std::vector<std::int64_t> n_given_, n_to_skip_;   // of each decoder since the start
  bool is_at_start_ = true;
  bool is_truncated_ = false;
  std::string truncation_;
  AvPacketPtr packet_;
};

}  // namespace capstan::ffmpeg
