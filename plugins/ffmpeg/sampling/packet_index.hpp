// The packets of a video stream: their times and what they are needed for, read without decoding.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "../av/av_ptr.hpp"

namespace capstan::ffmpeg {

/// One packet. A value.
struct PacketEntry {
  std::int64_t pts = AV_NOPTS_VALUE;  ///< in the stream's unit, as dts
  std::int64_t dts = AV_NOPTS_VALUE;
  int size = 0;
  bool is_keyframe = false;
  bool is_disposable = false;  ///< nothing else refers to it
  bool is_discarded = false;   ///< its frame is not shown (edit lists)
};

/// Entries in decoding order, and their order of presentation. Packets themselves are kept as long
/// as all fit into a bound, so that a short input is read once. Home: its owner's; movable.
class PacketIndex {
 public:
  /// How much of the packets' data may be kept.
  explicit PacketIndex(std::size_t max_held_bytes) : max_held_bytes_(max_held_bytes) {}

  /// Adds the next packet in decoding order.
  void add(const PacketEntry& entry, const AVPacket& packet);
  /// To be called once after the last packet; no add() may follow.
  void finish();

  const std::vector<PacketEntry>& entries() const noexcept { return entries_; }
  /// Places in entries() of the packets whose frames are shown, by time.
  const std::vector<std::size_t>& shown() const noexcept { return shown_; }
  /// Every packet has a time of its own, keyframes come in the order of their times, and decoding
  /// may begin at the first: what a plan can be made of.
  bool is_sound() const noexcept { return is_sound_; }
  /// Place of the packet with this time and size.
  std::optional<std::size_t> find(const AVPacket& packet) const;
  /// The packet itself; null when they were not kept.
  const AVPacket* held(std::size_t place) const noexcept {
    return is_held_ ? held_[place].get() : nullptr;
  }

  /// Data of the packets that are kept.
  std::size_t held_bytes() const noexcept { return is_held_ ? n_held_bytes_ : 0; }

  bool begins_at_the_start = true;  ///< the first entry is the stream's first packet
  bool has_fields = false;          ///< two packets may make one frame

 private:
  std::vector<PacketEntry> entries_;
  std::vector<std::size_t> shown_;
  std::vector<std::size_t> by_time_;
  std::vector<AvPacketPtr> held_;
  std::size_t max_held_bytes_;
  std::size_t n_held_bytes_ = 0;
  bool is_held_ = true;
  bool is_sound_ = false;
};

}  // namespace capstan::ffmpeg
