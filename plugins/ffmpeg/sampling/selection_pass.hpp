// One pass over a video that gives the frames a picker wants, in presentation order.
#pragma once

#include <optional>

#include "frame_picker.hpp"
#include "sparse_reader.hpp"

namespace capstan::ffmpeg {

/// By plan where there is a packet index: only what the wanted frames need is decoded. Else by
/// decoding everything. Home: one worker at a time; every call within a LogScope.
class SelectionPass {
 public:
  /// `index` of the reader's stream, or null. `picker` has seen no frame yet. The first `n_to_skip`
  /// wanted frames are not given.
  SelectionPass(FrameReader& reader, const PacketIndex* index, FramePicker picker,
                std::int64_t n_to_skip);

  /// The next frame; none at the end, or when the plan failed to prove itself. Throws when a frame
  /// that was named by index is not there.
  AvFramePtr next();
  /// The frames from n_given() on must be found without the index.
  bool has_failed() const noexcept { return has_failed_; }
  /// Including those skipped.
  std::int64_t n_given() const noexcept { return n_given_; }

 private:
  void begin();
  std::optional<std::vector<DecodeRun>> plan();
  AvFramePtr next_of_all();

  FrameReader& reader_;
  const PacketIndex* index_;
  FramePicker picker_;
  std::optional<SparseReader> sparse_;  // none while everything is decoded
  std::int64_t n_to_skip_;
  std::int64_t n_given_ = 0;
  bool has_begun_ = false;
  bool has_failed_ = false;
};

}  // namespace capstan::ffmpeg
