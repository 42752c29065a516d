#include "planned_places.hpp"

#include <algorithm>

#include "../av/codec_traits.hpp"
#include "index_reader.hpp"

namespace capstan::ffmpeg {

PlannedPlaces::PlannedPlaces(FrameReader& reader, const std::vector<std::int64_t>& wanted,
                             std::size_t max_held_bytes)
    : reader_(reader) {
  IndexRequest request;
  request.window.from = wanted.front();
  request.last_place = wanted.back();
  request.max_held_bytes = max_held_bytes;
  index_ = read_packet_index(reader_, request);
  if (!index_ || index_->has_fields || index_->shown().empty()) return;
  find_places(wanted);
  plan();
}

void PlannedPlaces::find_places(const std::vector<std::int64_t>& wanted) {
  const std::vector<std::size_t>& shown = index_->shown();
  for (const std::int64_t time : wanted) {
    auto place = std::lower_bound(
        shown.begin(), shown.end(), time,
        [&](std::size_t at, std::int64_t t) { return index_->entries()[at].pts < t; });
    places_.push_back(place == shown.end() ? shown.back() : *place);
  }
}

void PlannedPlaces::plan() {
  std::vector<std::size_t> unique = places_;
  unique.erase(std::unique(unique.begin(), unique.end()), unique.end());
  auto runs =
      plan_decoding(*index_, unique, can_leave_out_leading(reader_.video()->codecpar->codec_id));
  if (runs) sparse_.emplace(reader_, *index_, std::move(*runs));
}

std::optional<std::int64_t> PlannedPlaces::next_time() const {
  if (places_.empty() || !packets_tell_all(reader_.video()->codecpar->codec_id)) {
    return std::nullopt;
  }
  return index_->entries()[places_[next_]].pts;
}

AvFramePtr PlannedPlaces::next() {
  if (!sparse_ || is_finished()) return {};
  if (next_ == 0 || places_[next_] != places_[next_ - 1]) last_ = sparse_->next();
  if (!last_) return {};
  ++next_;
  return AvFramePtr(require(av_frame_clone(last_.get())));
}

}  // namespace capstan::ffmpeg
