#include "timeline.hpp"

#include <cmath>

namespace capstan::ffmpeg {

std::int64_t Timeline::time_us(const Position& position) {
  if (position.kind == Position::Kind::time) {
    return reader_.input().start_us() + position.time.count() / 1000;
  }
  // A hair more than the product, so that 33.3 % of 10 s is not a microsecond short of 3.33 s.
  const double offset = static_cast<double>(duration_us()) * position.percent / 100 + 1e-3;
  return reader_.input().start_us() + static_cast<std::int64_t>(std::floor(offset));
}

std::int64_t Timeline::duration_us() {
  if (duration_us_ < 0 && reader_.input().has_duration()) {
    duration_us_ = reader_.input().duration_us();
  }
  if (duration_us_ < 0) {
    duration_us_ = reader_.input().measure_duration_us();
    reader_.restart();
  }
  return duration_us_;
}

}  // namespace capstan::ffmpeg
