// Applies a selection to frames as they come, one after the other in presentation order.
#pragma once

#include <cstdint>
#include <vector>

#include "selection.hpp"

namespace capstan::ffmpeg {

/// The half-open window [from, to) in units of a stream's time base.
struct Window {
  std::int64_t from = INT64_MIN;
  std::int64_t to = INT64_MAX;
  std::int64_t start =
      0;  ///< where `fps` counts from: `from`, or where the container's time starts

  bool is_bounded() const noexcept { return from != INT64_MIN || to != INT64_MAX; }
  /// A frame without a time lies in no bounded window.
  bool contains(std::int64_t pts) const noexcept {
    return !is_bounded() || (pts != AV_NOPTS_VALUE && pts >= from && pts < to);
  }
};

/// Says of each frame whether it is wanted. It is the one definition of every rule but `at`: it
/// sees the frames of a full decode, or the entries of a packet index. Home: its owner's.
class FramePicker {
 public:
  /// For all rules but `at`, `frames` and `count`.
  FramePicker(const Selection& selection, const Window& window, AVRational time_base);
  /// For `frames` and `count`: `indices` ascend strictly.
  FramePicker(std::vector<std::int64_t> indices, const Window& window);

  /// Looks at the next frame. `pts` may be AV_NOPTS_VALUE.
  bool wants(std::int64_t pts, bool is_keyframe);
  /// No later frame can be wanted.
  bool is_finished() const noexcept;
  /// To be called at the end. Throws std::runtime_error when a frame named by index did not come.
  void check_complete() const;
  /// How many frames of the window were looked at.
  std::int64_t n_seen() const noexcept { return n_seen_; }

 private:
  bool is_due(std::int64_t pts);

  SelectionRule rule_;
  Window window_;
  std::int64_t step_ = 1;
  AVRational interval_{1, 1};  // of `fps`, in seconds
  AVRational time_base_{1, 1};
  std::vector<std::int64_t> indices_;
  std::size_t next_index_ = 0;
  std::int64_t n_seen_ = 0;
  std::int64_t next_tick_ = 0;  // the k of `fps` that waits for its frame
};

/// The frames that `count` takes of `n_frames`: floor((i + 0.5) n / k) for i < k, each once.
std::vector<std::int64_t> uniform_indices(std::int64_t n_frames, std::int64_t n_wanted);

/// The indices with negative ones counted from the end. Throws std::runtime_error naming one that
/// lies outside. `n_frames` below 0: not known, then none may be negative.
std::vector<std::int64_t> resolved_indices(const std::vector<std::int64_t>& indices,
                                           std::int64_t n_frames);

}  // namespace capstan::ffmpeg
