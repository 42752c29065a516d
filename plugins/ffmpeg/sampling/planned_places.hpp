// The frames at places near each other, decoded from no more packets than they need.
#pragma once

#include <optional>
#include <vector>

#include "sparse_reader.hpp"

namespace capstan::ffmpeg {

/// For the rule `at`: the first frame at or after each time, or the last frame where there is none.
/// Reads packets from a keyframe before the first place to behind the last, then decodes by plan.
/// Home: one worker at a time; every call within a LogScope.
class PlannedPlaces {
 public:
  /// `wanted` are times in the stream's unit that do not descend. The reader must not be used
  /// otherwise meanwhile, and stands anywhere afterwards. `max_held_bytes` as in PacketIndex.
  PlannedPlaces(FrameReader& reader, const std::vector<std::int64_t>& wanted,
                std::size_t max_held_bytes);
  PlannedPlaces(const PlannedPlaces&) = delete;
  PlannedPlaces& operator=(const PlannedPlaces&) = delete;

  /// The frame at the next place; none behind the last, or when no plan can be made or it failed to
  /// prove itself: then the frames not given yet have to be found otherwise.
  AvFramePtr next();
  bool is_finished() const noexcept { return next_ == places_.size(); }
  /// Time of the frame that next() gives or could not give, where the packets tell it.
  std::optional<std::int64_t> next_time() const;
  /// Packets kept in memory.
  std::size_t held_bytes() const noexcept { return index_ ? index_->held_bytes() : 0; }

 private:
  void find_places(const std::vector<std::int64_t>& wanted);
  void plan();

  FrameReader& reader_;
  std::optional<PacketIndex> index_;
  std::vector<std::size_t> places_;  // in the index, one for each time
  std::size_t next_ = 0;
  std::optional<SparseReader> sparse_;
  AvFramePtr last_;
};

}  // namespace capstan::ffmpeg
