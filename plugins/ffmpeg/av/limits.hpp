// What an input may cost before it is refused.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include <capstan/sdk/options.hpp>

namespace capstan::ffmpeg {

/// Bounds for one input. The functions throw std::runtime_error that names the limit.
struct Limits {
  std::int64_t max_pixels = INT32_MAX;  ///< of one picture; libavcodec checks it, up to this
  int max_streams = INT32_MAX;
  std::int64_t max_frames = INT64_MAX;  ///< decoded from one input, or packets in its index
  std::chrono::microseconds max_duration = std::chrono::microseconds::max();
  std::uint64_t max_bytes = UINT64_MAX;
  std::chrono::nanoseconds max_time = std::chrono::nanoseconds::max();  ///< of work on one input

  void check_streams(unsigned n_streams) const;
  void check_frames(std::int64_t n_frames) const {
    if (n_frames > max_frames) refuse_frames();
  }
  void check_duration(std::chrono::microseconds duration) const;
  void check_bytes(std::uint64_t n_bytes) const;

 private:
  [[noreturn]] void refuse_frames() const;
};

Limits read_limits(const Options& options);

/// The wall time that FFmpeg has worked on one item; stands still between outputs, when nobody
/// works. Home: the item's worker.
class WorkClock {
 public:
  explicit WorkClock(std::chrono::nanoseconds limit) : limit_(limit) {}

  void start() noexcept { began_ = std::chrono::steady_clock::now(); }
  void stop() noexcept { spent_ += std::chrono::steady_clock::now() - began_; }
  /// Call between start() and stop(). Cheap enough for an interrupt callback.
  bool is_up() const noexcept {
    return spent_ + (std::chrono::steady_clock::now() - began_) > limit_;
  }
  /// "max_time" in a sentence.
  std::string text() const;

 private:
  std::chrono::nanoseconds limit_;
  std::chrono::nanoseconds spent_{0};
  std::chrono::steady_clock::time_point began_;
};

}  // namespace capstan::ffmpeg
