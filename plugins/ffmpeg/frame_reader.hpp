// Reads an input's chosen streams as frames, in decoding order.
#pragma once

#include <memory>
#include <vector>

#include <capstan/sdk/stage.hpp>

#include "decoder.hpp"
#include "input.hpp"

namespace capstan::ffmpeg {

/// Which streams to decode, and within which limits.
struct StreamChoice {
  bool wants_video = true;
  bool wants_audio = false;
  int video_number = -1;  ///< among the video streams; -1: the best
  std::int64_t max_pixels = 0;
};

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
  FrameReader(InputSource source, const StreamChoice& choice, std::function<bool()> is_cancelled);

  /// The next frame; none at the end. Throws Cancelled.
  Decoded next();

  /// Goes to a keyframe at or before `time`, in microseconds of the container. False if the
  /// container can't: then restart() is the way.
  bool seek(std::int64_t time_us);
  /// Opens the input anew, at its start: always right, also where seeking is not.
  void restart();

  Input& input() noexcept { return *input_; }
  /// The chosen video stream, null without one. Changes with restart().
  const AVStream* video() const noexcept { return video_; }
  /// What was broken since the start or the last seek.
  Damage damage() const;

 private:
  void choose_streams();
  void read_packet();
  void note_end(int code);

  InputSource source_;
  StreamChoice choice_;
  std::function<bool()> is_cancelled_;
  std::unique_ptr<Input> input_;
  const AVStream* video_ = nullptr;
  std::vector<std::unique_ptr<Decoder>> decoders_;  // refer to input_'s streams
  std::size_t current_ = 0;                         // the decoder that has frames to give
  bool is_truncated_ = false;
  std::string truncation_;
  AvPacketPtr packet_;
};

}  // namespace capstan::ffmpeg
