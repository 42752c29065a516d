#include "decode_plan.hpp"

#include <algorithm>

namespace capstan::ffmpeg {

namespace {

/// Packets [first, last] and the wanted among them.
struct Stretch {
  std::size_t first = 0;
  std::size_t last = 0;
  std::vector<std::size_t> wanted;
};

class Planner {
 public:
  Planner(const PacketIndex& index, bool leaves_out_leading)
      : entries_(index.entries()),
        begins_at_the_start_(index.begins_at_the_start),
        leaves_out_leading_(leaves_out_leading) {
    find_keyframes();
  }

  /// The last keyframe that frame `place` can be decoded from.
  std::optional<std::size_t> start_for(std::size_t place) const {
    auto key = std::upper_bound(keyframes_.begin(), keyframes_.end(), place,
                                [](std::size_t at, const Keyframe& k) { return at < k.place; });
    while (key != keyframes_.begin()) {
      --key;
      if (key->place == place || is_start(*key, entries_[place].pts)) return key->place;
    }
    // A decode from the very beginning is the full decode.
    if (begins_at_the_start_) return 0;
    return std::nullopt;
  }

  DecodeRun run_of(const Stretch& stretch, const std::vector<bool>& is_wanted) const {
    DecodeRun run;
    run.wanted = stretch.wanted;
    for (std::size_t place = stretch.first; place <= stretch.last; ++place) {
      if (!is_wanted[place] && !is_needed(place, stretch.first)) continue;
      run.packets.push_back(place);
      if (!entries_[place].is_discarded) run.expected.push_back(place);
    }
    std::sort(run.expected.begin(), run.expected.end(),
              [this](std::size_t a, std::size_t b) { return entries_[a].pts < entries_[b].pts; });
    return run;
  }

 private:
  struct Keyframe {
    std::size_t place;
    bool has_leading;  // frames behind it in decoding order are shown before it
  };

  void find_keyframes() {
    for (std::size_t place = 0; place < entries_.size(); ++place) {
      if (entries_[place].is_keyframe) {
        keyframes_.push_back({place, false});
      } else if (!keyframes_.empty()) {
        Keyframe& key = keyframes_.back();
        key.has_leading |= entries_[place].pts < entries_[key.place].pts;
      }
    }
  }

  bool is_start(const Keyframe& key, std::int64_t pts) const {
    if (entries_[key.place].is_discarded && key.place != 0) return false;
    return entries_[key.place].pts <= pts && (leaves_out_leading_ || !key.has_leading);
  }

  bool is_needed(std::size_t place, std::size_t start) const {
    const bool is_full_decode = start == 0 && begins_at_the_start_;
    const bool is_leading = entries_[place].pts < entries_[start].pts;
    if (is_leading && leaves_out_leading_ && !is_full_decode) return false;
    return !entries_[place].is_disposable;
  }

  const std::vector<PacketEntry>& entries_;
  std::vector<Keyframe> keyframes_;
  bool begins_at_the_start_;
  bool leaves_out_leading_;
};

/// Joins a stretch with those before it that it overlaps.
void append(std::vector<Stretch>& stretches, Stretch next) {
  while (!stretches.empty() && next.first <= stretches.back().last) {
    Stretch& before = stretches.back();
    before.wanted.insert(before.wanted.end(), next.wanted.begin(), next.wanted.end());
    next.wanted = std::move(before.wanted);
    next.first = std::min(next.first, before.first);
    next.last = std::max(next.last, before.last);
    stretches.pop_back();
  }
  stretches.push_back(std::move(next));
}

}  // namespace

std::optional<std::vector<DecodeRun>> plan_decoding(const PacketIndex& index,
                                                    const std::vector<std::size_t>& wanted,
                                                    bool leaves_out_leading) {
  const Planner planner(index, leaves_out_leading);
  std::vector<bool> is_wanted(index.entries().size(), false);
  std::vector<Stretch> stretches;
  for (const std::size_t place : wanted) {
    const auto start = planner.start_for(place);
    if (!start) return std::nullopt;
    is_wanted[place] = true;
    append(stretches, {*start, place, {place}});
  }
  std::vector<DecodeRun> runs;
  runs.reserve(stretches.size());
  for (const Stretch& stretch : stretches) runs.push_back(planner.run_of(stretch, is_wanted));
  return runs;
}

}  // namespace capstan::ffmpeg
