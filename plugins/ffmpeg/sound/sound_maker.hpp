// Sound of another rate, number of channels, sample format or frame size, straight from the
// decoder's frames.
#pragma once

#include <capstan/sdk/options.hpp>

#include "../av/av_ptr.hpp"
#include "../av/sample_clock.hpp"

namespace capstan::ffmpeg {

/// What sound is to become; what is not said stays as the codec gives it. A value.
struct SoundForm {
  int sample_rate = 0;
  int n_channels = 0;  ///< in their usual layout
  AVSampleFormat format = AV_SAMPLE_FMT_NONE;
  int n_samples = 0;  ///< of each frame but the last; 0: as many as come of one of the codec's

  /// Whether anything is asked for at all.
  bool is_any() const noexcept;
};

/// From the options "rate", "channels", "format" and "samples" behind a prefix ("audio."). Throws
/// std::invalid_argument for a format that does not exist.
SoundForm sound_form_from(const Options& options, const std::string& prefix);

/// Converts the frames of one stream by libswresample: the samples are those of the ffmpeg tool's
/// aresample filter. They are written into the frames that leave, and nowhere in between.
/// Home: one worker at a time; every call within a LogScope.
class SoundMaker {
 public:
  explicit SoundMaker(const SoundForm& form) : form_(form) {}

  /// Takes the stream's next frame; `time_base` is the unit of its pts. Call when next() has given
  /// all that there is. A frame may be of another form than those before it; then those end with a
  /// shorter frame.
  void push(AvFramePtr frame, AVRational time_base);
  /// There are no more frames: what is held back comes out.
  void end() noexcept { has_ended_ = true; }
  /// The next frame, pts and time_base in its own samples. Null: push() or end() first, or all is
  /// out.
  AvFramePtr next();

 private:
  bool suits(const AVFrame& frame) const;
  void make_converter();
  void convert(bool has_input, bool is_last);
  void begin_frame(int n_input);
  std::int64_t next_pts() const;
  bool is_full() const noexcept;

  const SoundForm form_;
  SampleClock clock_;
  AvFramePtr waiting_;       // pushed, and not given to the converter yet
  AvFramePtr last_input_;    // of the converter
  SwrContextPtr converter_;  // for frames like last_input_
  AvFramePtr made_;          // has room for capacity_ samples, and nb_samples in it
  int capacity_ = 0;
  bool has_rest_ = false;  // perhaps: the converter filled all the room that it was given
  bool has_ended_ = false;
};

}  // namespace capstan::ffmpeg
