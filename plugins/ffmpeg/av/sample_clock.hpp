// Times of audio frames, counted in samples.
#pragma once

#include <utility>

extern "C" {
#include <libavutil/mathematics.h>
}

#include <capstan/sdk/ffmpeg.hpp>

namespace capstan::ffmpeg {

/// Gives the frames of one stream their time in samples, by the ffmpeg tool's rule
/// (decode_audio() in ffmpeg.c): containers with a coarse unit (Matroska: milliseconds) would
/// otherwise leave gaps and overlaps of some samples between frames that follow on each other.
/// Home: one worker at a time.
class SampleClock {
 public:
  /// Sets the frame's pts and time_base. A frame without a pts keeps none.
  void restamp(AVFrame& frame) noexcept {
    const AVRational samples{1, frame.sample_rate};
    if (std::exchange(sample_rate_, frame.sample_rate) != frame.sample_rate) next_ = AV_NOPTS_VALUE;
    if (is_behind_a_gap(frame)) next_ = AV_NOPTS_VALUE;
    last_pts_ = frame.pts;
    if (frame.pts != AV_NOPTS_VALUE && frame.time_base.num > 0) {
      frame.pts =
          av_rescale_delta(frame.time_base, frame.pts, samples, frame.nb_samples, &next_, samples);
    }
    frame.time_base = samples;
  }

 private:
  // The unit's rounding makes gaps too; the tool takes them for real ones, and so must who wants
  // its times.
  bool is_behind_a_gap(const AVFrame& frame) const noexcept {
    const std::int64_t duration = detail::duration_of(frame);
    return duration > 0 && frame.pts != AV_NOPTS_VALUE && last_pts_ != AV_NOPTS_VALUE &&
           frame.pts - last_pts_ > duration;
  }

  std::int64_t last_pts_ = AV_NOPTS_VALUE;  // in units of the frames
  int sample_rate_ = 0;
  std::int64_t next_ = AV_NOPTS_VALUE;  // av_rescale_delta's: where the next frame should begin
};

}  // namespace capstan::ffmpeg
