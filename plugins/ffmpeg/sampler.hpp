// Finds the frames at given positions of a video.
#pragma once

#include <capstan/sdk/options.hpp>

#include "frame_reader.hpp"

namespace capstan::ffmpeg {

/// Gives, for each position asked for, the frame that a full decode has there: the first one whose
/// time is at or after the position, counted from where the container's time starts. Where nothing
/// lies so late, the last frame.
///
/// Seeking only saves work: its result is used when a keyframe at or before the position came out
/// first, and nothing was broken on the way; else the input is decoded from its start.
/// Home: one worker at a time; every call within a LogScope.
class Sampler {
 public:
  explicit Sampler(FrameReader& reader) : reader_(reader) {}

  /// A reference to the frame at `position`. Cheapest when positions ascend. Throws when there is
  /// no frame there because the input is broken, or none at all.
  AvFramePtr frame_at(const Position& position);

 private:
  std::int64_t time_us(const Position& position);
  std::int64_t duration_us();
  bool seek_to(std::int64_t time_us);
  bool is_worth_seeking(std::int64_t wanted) const;
  bool is_short_of(std::int64_t wanted) const;
  bool advance();
  bool advance_after_seek(std::int64_t wanted);
  void restart();

  FrameReader& reader_;
  std::int64_t duration_us_ = -1;    // -1: not known yet
  AvFramePtr current_;               // the frame that came last
  std::int64_t passed_ = INT64_MIN;  // the latest time before current_
  bool is_at_end_ = false;
};

}  // namespace capstan::ffmpeg
