// Which frames of a video are wanted, as the options of `decode` say it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <capstan/sdk/options.hpp>

#include "../av/av_ptr.hpp"

namespace capstan::ffmpeg {

/// The rule by which frames are chosen. All are defined on the frames of a full decode, in
/// presentation order, that lie in the window.
enum class SelectionRule : std::uint8_t {
  invalid = 0,
  all,
  at,         ///< the first frame at or after each position
  keyframes,  ///< frames that the decoder calls keyframes
  every,      ///< frames 0, n, 2n, ...
  fps,        ///< for each k >= 0 the first frame at or after start + k / rate, each frame once
  frames,     ///< by index, negative ones from the end, in the order of the list
  count,      ///< the middles of k equal parts: frames floor((i + 0.5) n / k), each frame once
};

/// What to choose. A value; immutable once read.
struct Selection {
  SelectionRule rule = SelectionRule::all;
  std::vector<Position> positions;    ///< of `at`
  std::int64_t step = 1;              ///< of `every`
  AVRational rate{0, 1};              ///< of `fps`, frames a second
  std::vector<std::int64_t> indices;  ///< of `frames`
  std::int64_t n_wanted = 0;          ///< of `count`
  std::optional<Position> from;       ///< the window [from, to), from the container's start
  std::optional<Position> to;

  bool has_window() const noexcept { return from.has_value() || to.has_value(); }
  bool is_everything() const noexcept { return rule == SelectionRule::all && !has_window(); }
  /// Whether a frame's place among all frames of the window matters, not only its time.
  bool is_by_rank() const noexcept;
  /// Whether the number of frames must be known before the first can be chosen.
  bool needs_total() const noexcept;
};

/// Reads `video.at`, `.keyframes`, `.every`, `.fps`, `.frames`, `.count`, `.from` and `.to`. Throws
/// std::invalid_argument that names the options when they make no sense together.
Selection read_selection(const Options& options);

}  // namespace capstan::ffmpeg
