// Decodes chosen frames of a video, and no more packets than they need.
#pragma once

#include <vector>

#include "../av/frame_reader.hpp"
#include "decode_plan.hpp"

namespace capstan::ffmpeg {

/// Carries out a plan. A frame is given only when it proves to be that of a full decode: its run
/// began with a frame that the decoder calls a keyframe (or with the stream), every frame that the
/// sent packets should give came out, at its time and in order, and nothing was broken.
/// Home: one worker at a time; every call within a LogScope.
class SparseReader {
 public:
  /// `index` was read from `reader`, which must not be used otherwise meanwhile. Both outlive this.
  SparseReader(FrameReader& reader, const PacketIndex& index, std::vector<DecodeRun> runs);

  /// The next wanted frame; none at the end, or when the proof failed.
  AvFramePtr next();
  /// The frames not given yet have to be found otherwise; restart the reader before.
  bool has_failed() const noexcept { return has_failed_; }
  /// How many packets were decoded so far.
  std::int64_t n_decoded() const noexcept { return n_decoded_; }

 private:
  const DecodeRun& run() const { return runs_[run_]; }
  AvFramePtr fail();
  bool begin_run();
  bool send_next();
  bool is_proven(const AVFrame& frame) const;
  const AVPacket* fetch(std::size_t place);
  bool go_to(std::size_t place);
  bool locate(std::size_t place);
  bool read_forward();

  FrameReader& reader_;
  const PacketIndex& index_;
  std::vector<DecodeRun> runs_;
  std::size_t run_ = 0;
  std::size_t next_packet_ = 0;  // of the run
  std::size_t n_frames_ = 0;     // that came out of the run
  std::size_t n_given_ = 0;      // of the run
  bool is_running_ = false;
  bool has_failed_ = false;
  bool can_seek_ = true;
  std::int64_t n_decoded_ = 0;
  AvPacketPtr packet_;
  std::size_t at_ = SIZE_MAX;  // place of packet_; SIZE_MAX: anywhere
};

}  // namespace capstan::ffmpeg
