// Finds the frames at given positions of a video.
#pragma once

#include <optional>
#include <vector>

#include "planned_places.hpp"
#include "timeline.hpp"

namespace capstan::ffmpeg {

/// Gives, for each position asked for, the frame that a full decode has there: the first one whose
/// time is at or after the position, counted from where the container's time starts. Where nothing
/// lies so late, the last frame.
///
/// Behind a seek only the packets that the frame depends on are decoded, by plan; where no plan can
/// be made or it fails, all from a keyframe on. Seeking only saves work: its result is used when a
/// keyframe at or before the position came out first, and nothing was broken on the way; else the
/// input is decoded from its start.
/// Home: one worker at a time; every call within a LogScope.
class Sampler {
 public:
  /// Cheapest when positions ascend. May read the input's packets to find its duration.
  /// `max_held_bytes` as in PacketIndex.
  Sampler(FrameReader& reader, std::vector<Position> positions, std::size_t max_held_bytes);

  /// A reference to the frame at the next position; none behind the last. Throws when there is no
  /// frame there because the input is broken, or none at all.
  AvFramePtr next();
  /// Whether the last frame was decoded by plan.
  bool is_planned() const noexcept { return planned_.has_value(); }
  /// Packets kept in memory.
  std::size_t held_bytes() const noexcept { return planned_ ? planned_->held_bytes() : 0; }

 private:
  std::int64_t in_stream_unit(std::int64_t time_us) const;
  bool can_seek() const;
  AvFramePtr planned_frame();
  void plan();
  AvFramePtr frame_at(const Position& position, std::int64_t at_us);
  bool is_behind(std::int64_t wanted) const;
  bool seek_to(std::int64_t time_us);
  bool is_worth_seeking(std::int64_t wanted) const;
  bool is_short_of(std::int64_t wanted) const;
  bool advance();
  bool advance_after_seek(std::int64_t wanted);
  void restart();
  void forget_position();

  FrameReader& reader_;
  std::vector<Position> positions_;
  std::vector<std::int64_t> times_us_;  // of the positions
  std::size_t max_held_bytes_;
  std::size_t next_ = 0;
  std::optional<PlannedPlaces> planned_;  // of some positions from next_ on
  bool can_plan_ = true;                  // until packets prove to be no base of a plan
  std::optional<std::int64_t> expected_;  // time of the frame wanted, where packets told it
  bool is_astray_ = false;                // the reader stands elsewhere than behind current_
  AvFramePtr current_;                    // the frame that came last
  std::int64_t passed_ = INT64_MIN;       // the latest time before current_
  bool is_at_end_ = false;
};

}  // namespace capstan::ffmpeg
