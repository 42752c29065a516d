// Places in an input as times of its container.
#pragma once

#include <capstan/sdk/options.hpp>

#include "../av/frame_reader.hpp"

namespace capstan::ffmpeg {

/// Turns positions into times. Home: one worker at a time; every call within a LogScope.
class Timeline {
 public:
  explicit Timeline(FrameReader& reader) : reader_(reader) {}

  /// In microseconds, as the container counts. A percentage of an input that does not state its
  /// duration makes it read all packets and restart the reader, so ask before decoding.
  std::int64_t time_us(const Position& position);

 private:
  std::int64_t duration_us();

  FrameReader& reader_;
  std::int64_t duration_us_ = -1;  // -1: not known yet
};

}  // namespace capstan::ffmpeg
