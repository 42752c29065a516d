#include "packet_index.hpp"

#include <algorithm>
#include <numeric>

namespace capstan::ffmpeg {

namespace {

bool keyframes_ascend(const std::vector<PacketEntry>& entries) {
  std::int64_t last = INT64_MIN;
  for (const PacketEntry& entry : entries) {
    if (!entry.is_keyframe) continue;
    if (entry.pts <= last) return false;
    last = entry.pts;
  }
  return true;
}

}  // namespace

void PacketIndex::add(const PacketEntry& entry, const AVPacket& packet) {
  entries_.push_back(entry);
  if (!is_held_) return;
  n_held_bytes_ += static_cast<std::size_t>(packet.size);
  if (n_held_bytes_ > max_held_bytes_) {
    is_held_ = false;
    held_.clear();
    held_.shrink_to_fit();
    return;
  }
  held_.emplace_back(require(av_packet_clone(&packet)));
}

void PacketIndex::finish() {
  by_time_.resize(entries_.size());
  std::iota(by_time_.begin(), by_time_.end(), std::size_t{0});
  const auto time_of = [this](std::size_t place) { return entries_[place].pts; };
  std::stable_sort(by_time_.begin(), by_time_.end(),
                   [&](std::size_t a, std::size_t b) { return time_of(a) < time_of(b); });
  const auto is_same = [&](std::size_t a, std::size_t b) { return time_of(a) == time_of(b); };
  const bool is_timed =
      !by_time_.empty() && time_of(by_time_.front()) != AV_NOPTS_VALUE &&
      std::adjacent_find(by_time_.begin(), by_time_.end(), is_same) == by_time_.end();
  is_sound_ = is_timed && entries_.front().is_keyframe && keyframes_ascend(entries_) &&
              std::all_of(entries_.begin(), entries_.end(),
                          [](const PacketEntry& entry) { return entry.size > 0; });
  for (const std::size_t place : by_time_) {
    if (!entries_[place].is_discarded) shown_.push_back(place);
  }
}

std::optional<std::size_t> PacketIndex::find(const AVPacket& packet) const {
  const auto found = std::lower_bound(
      by_time_.begin(), by_time_.end(), packet.pts,
      [this](std::size_t place, std::int64_t pts) { return entries_[place].pts < pts; });
  if (found == by_time_.end()) return std::nullopt;
  const PacketEntry& entry = entries_[*found];
  if (entry.pts != packet.pts || entry.size != packet.size) return std::nullopt;
  return *found;
}

}  // namespace capstan::ffmpeg
