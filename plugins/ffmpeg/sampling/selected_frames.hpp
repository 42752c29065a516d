// The frames of a video that a selection names, in its order.
#pragma once

#include <optional>
#include <vector>

#include "selection_pass.hpp"

namespace capstan::ffmpeg {

/// Gives the frames of every rule but `at`, always those of a full decode. From the moment a plan
/// fails to prove itself, everything is decoded and the frames given already are passed over.
/// Home: one worker at a time; every call within a LogScope.
class SelectedFrames {
 public:
  /// `max_held_bytes` as in IndexRequest. Both references outlive this.
  SelectedFrames(FrameReader& reader, const Selection& selection, std::size_t max_held_bytes);

  /// The next frame; none at the end. Throws when a frame asked for by its index is not there.
  AvFramePtr next();
  /// Whether a packet index was made and is used.
  bool is_planned() const noexcept { return index_.has_value(); }
  /// Packets kept in memory.
  std::size_t held_bytes() const noexcept { return index_ ? index_->held_bytes() : 0; }

 private:
  using Indices = std::vector<std::int64_t>;

  void prepare();
  Window find_window();
  void read_index();
  std::int64_t n_frames();
  void name_frames();
  void go_on_without_index();
  FramePicker picker() const;
  bool names_frames() const noexcept;
  void note_copies(const AVFrame& frame);

  FrameReader& reader_;
  const Selection& selection_;
  std::size_t max_held_bytes_;
  bool is_prepared_ = false;
  Window window_;
  std::optional<PacketIndex> index_;
  // Indices of the frames where the rule names them, cut where the list goes back. Each piece is
  // one pass over the input; other rules have one empty piece.
  std::vector<Indices> pieces_;
  std::size_t piece_ = 0;
  std::optional<SelectionPass> pass_;
  std::size_t next_index_ = 0;  // in the piece
  std::size_t n_copies_ = 0;    // of last_ that are still to be given
  AvFramePtr last_;
};

}  // namespace capstan::ffmpeg
