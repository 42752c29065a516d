#include "sparse_reader.hpp"

namespace capstan::ffmpeg {

namespace {
// Packets nearer than this are reached sooner by reading on than by a seek.
constexpr std::size_t kNear = 64;
}  // namespace

SparseReader::SparseReader(FrameReader& reader, const PacketIndex& index,
                           std::vector<DecodeRun> runs)
    : reader_(reader), index_(index), runs_(std::move(runs)), packet_(make_av_packet()) {}

AvFramePtr SparseReader::next() {
  AvFramePtr frame = make_av_frame();
  while (run_ < runs_.size()) {
    if (!is_running_ && !begin_run()) return fail();
    switch (reader_.video_decoder().receive(*frame)) {
      case Pull::frame:
        if (!is_proven(*frame)) return fail();
        if (run().expected[n_frames_++] != run().wanted[n_given_]) break;
        if (++n_given_ == run().wanted.size()) {
          ++run_;
          is_running_ = false;
        }
        return frame;
      case Pull::end:
        return fail();  // fewer frames than packets
      default:
        if (!send_next()) return fail();
    }
  }
  return {};
}

AvFramePtr SparseReader::fail() {
  has_failed_ = true;
  return {};
}

bool SparseReader::begin_run() {
  reader_.video_decoder().flush();
  next_packet_ = 0;
  n_frames_ = 0;
  n_given_ = 0;
  is_running_ = true;
  return go_to(run().start());
}

bool SparseReader::send_next() {
  if (next_packet_ == run().packets.size()) {
    reader_.video_decoder().send_end();
    return true;
  }
  const AVPacket* packet = fetch(run().packets[next_packet_++]);
  if (!packet) return false;
  reader_.check_cancelled();
  ++n_decoded_;
  AvPacketPtr copy(require(av_packet_clone(packet)));  // the decoder's counter writes into it
  reader_.video_decoder().send(*copy);
  return true;
}

bool SparseReader::is_proven(const AVFrame& frame) const {
  if (n_frames_ >= run().expected.size()) return false;
  const PacketEntry& entry = index_.entries()[run().expected[n_frames_]];
  const bool is_from_the_start = run().start() == 0 && index_.begins_at_the_start;
  const bool needs_keyframe = n_frames_ == 0 && !is_from_the_start;
  return frame.pts == entry.pts && (!needs_keyframe || detail::is_key_frame(frame)) &&
         !reader_.damage().is_any() && !reader_.video_decoder().is_doubtful();
}

const AVPacket* SparseReader::fetch(std::size_t place) {
  if (const AVPacket* held = index_.held(place)) return held;
  while (at_ < place) {
    if (!read_forward()) return nullptr;
  }
  return at_ == place ? packet_.get() : nullptr;
}

// Makes `place` reachable by reading on.
bool SparseReader::go_to(std::size_t place) {
  if (index_.held(place)) return true;
  if (at_ <= place && (!can_seek_ || place - at_ < kNear)) return true;
  const PacketEntry& entry = index_.entries()[place];
  if (can_seek_ && reader_.seek_to_packet(entry.pts, entry.dts) && locate(place)) return true;
  // The packets come in the same order again when the input is opened anew.
  can_seek_ = false;
  reader_.restart();
  return locate(place);
}

// Reads on to the first packet of the index; false when that lies behind `place`.
bool SparseReader::locate(std::size_t place) {
  at_ = SIZE_MAX;
  while (true) {
    av_packet_unref(packet_.get());
    if (!reader_.read_video_packet(*packet_)) return false;
    const auto found = index_.find(*packet_);
    if (!found) continue;
    if (*found > place) return false;
    at_ = *found;
    return true;
  }
}

bool SparseReader::read_forward() {
  av_packet_unref(packet_.get());
  if (!reader_.read_video_packet(*packet_)) return false;
  if (index_.find(*packet_) != at_ + 1) return false;
  ++at_;
  return true;
}

}  // namespace capstan::ffmpeg
