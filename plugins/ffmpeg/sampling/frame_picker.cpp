#include "frame_picker.hpp"

#include <stdexcept>
#include <string>
#include <utility>

namespace capstan::ffmpeg {

namespace {

[[noreturn]] void refuse_index(std::int64_t index, std::int64_t n_frames) {
  throw std::runtime_error("there is no frame " + std::to_string(index) +
                           " ('video.frames'): " + std::to_string(n_frames) +
                           (n_frames == 1 ? " frame is" : " frames are") + " there");
}

}  // namespace

FramePicker::FramePicker(const Selection& selection, const Window& window, AVRational time_base)
    : rule_(selection.rule), window_(window), step_(selection.step), time_base_(time_base) {
  if (rule_ == SelectionRule::fps) interval_ = av_inv_q(selection.rate);
}

FramePicker::FramePicker(std::vector<std::int64_t> indices, const Window& window)
    : rule_(SelectionRule::frames), window_(window), indices_(std::move(indices)) {}

bool FramePicker::wants(std::int64_t pts, bool is_keyframe) {
  if (!window_.contains(pts)) return false;
  const std::int64_t index = n_seen_++;
  switch (rule_) {
    case SelectionRule::keyframes:
      return is_keyframe;
    case SelectionRule::every:
      return index % step_ == 0;
    case SelectionRule::fps:
      return is_due(pts);
    case SelectionRule::frames:
      if (next_index_ == indices_.size() || indices_[next_index_] != index) return false;
      ++next_index_;
      return true;
    default:
      return true;
  }
}

bool FramePicker::is_finished() const noexcept {
  return rule_ == SelectionRule::frames && next_index_ == indices_.size();
}

void FramePicker::check_complete() const {
  if (next_index_ < indices_.size()) refuse_index(indices_[next_index_], n_seen_);
}

// k is the last tick at or before the frame; the frame is the first behind every tick up to it that
// still waits. All in whole numbers, so that a frame exactly on a tick is never missed.
bool FramePicker::is_due(std::int64_t pts) {
  if (pts == AV_NOPTS_VALUE) return false;
  const std::int64_t k =
      av_rescale_q_rnd(pts - window_.start, time_base_, interval_, AV_ROUND_DOWN);
  if (pts < window_.start || k < next_tick_) return false;
  next_tick_ = k + 1;
  return true;
}

std::vector<std::int64_t> uniform_indices(std::int64_t n_frames, std::int64_t n_wanted) {
  std::vector<std::int64_t> indices;
  for (std::int64_t i = 0; i < n_wanted; ++i) {
    const std::int64_t index = av_rescale_rnd(2 * i + 1, n_frames, 2 * n_wanted, AV_ROUND_DOWN);
    if (n_frames == 0) break;
    if (indices.empty() || indices.back() != index) indices.push_back(index);
  }
  return indices;
}

std::vector<std::int64_t> resolved_indices(const std::vector<std::int64_t>& indices,
                                           std::int64_t n_frames) {
  std::vector<std::int64_t> resolved;
  resolved.reserve(indices.size());
  for (const std::int64_t index : indices) {
    const std::int64_t place = index < 0 ? n_frames + index : index;
    if (place < 0 || (n_frames >= 0 && place >= n_frames)) {
      refuse_index(index, n_frames);
    }
    resolved.push_back(place);
  }
  return resolved;
}

}  // namespace capstan::ffmpeg
