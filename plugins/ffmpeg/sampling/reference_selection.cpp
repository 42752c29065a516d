#include "reference_selection.hpp"

#include <cmath>
#include <cstdlib>

namespace capstan::ffmpeg {

namespace {

using Places = std::vector<std::size_t>;

/// Of a written number of seconds, as a time of the stream.
std::int64_t pts_of(const std::string& seconds, const Outcome& all, std::int64_t start_us) {
  const auto offset_us = std::llround(std::strtod(seconds.c_str(), nullptr) * 1e6);
  return av_rescale_q(start_us + offset_us, AV_TIME_BASE_Q, all.time_base);
}

Places in_window(const Outcome& all, std::int64_t from, std::int64_t to, bool is_bounded) {
  Places places;
  for (std::size_t i = 0; i < all.pts.size(); ++i) {
    const bool is_in = all.pts[i] != AV_NOPTS_VALUE && all.pts[i] >= from && all.pts[i] < to;
    if (is_in || !is_bounded) places.push_back(i);
  }
  return places;
}

// For each k the first frame not before start + k / rate, as long as there is one.
Places at_rate(const Outcome& all, const Places& frames, AVRational rate, std::int64_t start) {
  Places taken;
  std::size_t i = 0;
  for (__int128 k = 0;; ++k) {
    const auto is_before = [&](std::int64_t pts) {
      if (pts == AV_NOPTS_VALUE) return true;
      return static_cast<__int128>(pts - start) * all.time_base.num * rate.num <
             k * all.time_base.den * rate.den;
    };
    while (i < frames.size() && is_before(all.pts[frames[i]])) ++i;
    if (i == frames.size()) return taken;
    if (taken.empty() || taken.back() != frames[i]) taken.push_back(frames[i]);
  }
}

Places taken_by(const Values& options, const Outcome& all, const Places& frames,
                std::int64_t start) {
  const auto is_given = [&](const char* name) { return options.count(name) > 0; };
  const auto number = [&](const char* name) {
    return std::strtoll(options.at(name).front().c_str(), nullptr, 10);
  };
  const auto n = static_cast<long long>(frames.size());
  Places taken;
  const auto take = [&](long long i) { taken.push_back(frames.at(static_cast<std::size_t>(i))); };
  if (is_given("video.fps")) {
    const double rate = std::strtod(options.at("video.fps").front().c_str(), nullptr);
    return at_rate(all, frames, av_d2q(rate, 1000), start);
  }
  if (is_given("video.frames")) {
    for (const std::string& text : options.at("video.frames")) {
      const long long i = std::strtoll(text.c_str(), nullptr, 10);
      take(i < 0 ? n + i : i);
    }
    return taken;
  }
  if (is_given("video.count")) {
    const long long k = number("video.count");
    if (k >= n) return frames;
    for (long long i = 0; i < k; ++i) take((2 * i + 1) * n / (2 * k));
    return taken;
  }
  for (long long i = 0; i < n; ++i) {
    if (is_given("video.every") && i % number("video.every") != 0) continue;
    if (is_given("video.keyframes") && !all.is_key[frames[static_cast<std::size_t>(i)]]) continue;
    take(i);
  }
  return taken;
}

}  // namespace

std::vector<std::string> reference_selection(const Outcome& all, const Values& options,
                                             std::int64_t start_us) {
  const auto edge = [&](const char* name, std::int64_t fallback) {
    const auto found = options.find(name);
    return found == options.end() ? fallback : pts_of(found->second.front(), all, start_us);
  };
  const std::int64_t from = edge("video.from", INT64_MIN);
  const std::int64_t to = edge("video.to", INT64_MAX);
  const bool is_bounded = from != INT64_MIN || to != INT64_MAX;
  const std::int64_t start = from != INT64_MIN ? from : pts_of("0", all, start_us);
  std::vector<std::string> sums;
  for (const std::size_t i : taken_by(options, all, in_window(all, from, to, is_bounded), start)) {
    sums.push_back(all.sums[i]);
  }
  return sums;
}

std::vector<Values> all_rules() {
  return {{{"video.keyframes", {"true"}}}, {{"video.every", {"2"}}},
          {{"video.every", {"7"}}},        {{"video.fps", {"3"}}},
          {{"video.fps", {"12.5"}}},       {{"video.count", {"1"}}},
          {{"video.count", {"8"}}},        {{"video.frames", {"-1", "0", "0", "-1"}}},
          {{"video.frames", {"0"}}}};
}

std::string text_of(const Values& options) {
  std::string text;
  for (const auto& [name, values] : options) {
    text += (text.empty() ? "" : " ") + name + "=";
    for (const std::string& value : values) text += value + (&value == &values.back() ? "" : ",");
  }
  return text;
}

}  // namespace capstan::ffmpeg
