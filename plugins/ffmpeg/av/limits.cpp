#include "limits.hpp"

#include <cstdio>
#include <stdexcept>
#include <string>

namespace capstan::ffmpeg {

namespace {

std::string written_time(std::chrono::nanoseconds time) {
  char text[48];
  const auto ns = static_cast<double>(time.count());
  if (ns < 1e6) {
    std::snprintf(text, sizeof(text), "%gns", ns);
  } else {
    std::snprintf(text, sizeof(text), "%gs", ns * 1e-9);
  }
  return text;
}

}  // namespace

void Limits::check_streams(unsigned n_streams) const {
  if (n_streams <= static_cast<unsigned>(max_streams)) return;
  throw std::runtime_error("the input has " + std::to_string(n_streams) +
                           " streams, more than max_streams: " + std::to_string(max_streams));
}

void Limits::refuse_frames() const {
  throw std::runtime_error("the input has more frames than max_frames: " +
                           std::to_string(max_frames));
}

void Limits::check_duration(std::chrono::microseconds duration) const {
  if (duration <= max_duration) return;
  throw std::runtime_error("the input lasts " + written_time(duration) +
                           ", longer than max_duration: " + written_time(max_duration));
}

void Limits::check_bytes(std::uint64_t n_bytes) const {
  if (n_bytes <= max_bytes) return;
  throw std::runtime_error("the input has " + std::to_string(n_bytes) +
                           " bytes, more than max_bytes: " + std::to_string(max_bytes));
}

std::string WorkClock::text() const {
  return "decoding took longer than max_time: " + written_time(limit_);
}

Limits read_limits(const Options& options) {
  Limits limits;
  limits.max_pixels = options.integer("video.max_pixels");
  limits.max_streams = static_cast<int>(options.integer("max_streams"));
  limits.max_frames = options.integer("max_frames");
  limits.max_duration =
      std::chrono::duration_cast<std::chrono::microseconds>(options.duration("max_duration"));
  limits.max_bytes = options.bytes("max_bytes");
  limits.max_time = options.duration("max_time");
  return limits;
}

}  // namespace capstan::ffmpeg
