// Finds the frames at given positions of a video.
#pragma once

#include <vector>

#include "timeline.hpp"

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
  /// Cheapest when positions ascend. May read the input's packets to find its duration.
  Sampler(FrameReader& reader, std::vector<Position> positions);

  /// A reference to the frame at the next position; none behind the last. Throws when there is no
  /// frame there because the input is broken, or none at all.
  AvFramePtr next();

 private:
  AvFramePtr frame_at(const Position& position, std::int64_t at_us);
  bool seek_to(std::int64_t time_us);
  bool is_worth_seeking(std::int64_t wanted) const;
  bool is_short_of(std::int64_t wanted) const;
  bool advance();
  bool advance_after_seek(std::int64_t wanted);
  void restart();

  FrameReader& reader_;
  std::vector<Position> positions_;
  std::vector<std::int64_t> times_us_;  // of the positions
  std::size_t next_ = 0;
  AvFramePtr current_;               // the frame that came last
  std::int64_t passed_ = INT64_MIN;  // the latest time before current_
  bool is_at_end_ = false;
};

}  // namespace capstan::ffmpeg
