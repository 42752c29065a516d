// Where FFmpeg's log goes: to the stage's logger at debug level, and its last complaint into the
// failure message. Never to stderr.
//
// FFmpeg has one log callback a process and no user pointer for it, so the sink in charge is found
// through a thread-local. A LogScope therefore lives within one call on one worker, never across
// a yield. What codecs say on threads of their own is CodecLog's.
#pragma once

#include <cstdint>
#include <string>

#include <capstan/sdk/context.hpp>

namespace capstan::ffmpeg {

/// What FFmpeg said while it worked on one item. Home: the item's stage instance.
class LogSink {
 public:
  explicit LogSink(Logger& logger) : logger_(logger) {}
  /// Says how many lines were left out.
  ~LogSink();
  LogSink(const LogSink&) = delete;
  LogSink& operator=(const LogSink&) = delete;

  /// One formatted line. `is_error` for FFmpeg's levels error and above; not `is_whole` when the
  /// next one goes on where it ends.
  void write(std::string line, bool is_error, bool is_whole) noexcept;
  const std::string& last_error() const noexcept { return last_error_; }
  /// The cause, where the last line is only its consequence.
  const std::string& first_error() const noexcept { return first_error_; }
  void clear_error() noexcept {
    first_error_.clear();
    last_error_.clear();
  }

 private:
  Logger& logger_;
  std::string first_error_, last_error_;
  std::int64_t n_lines_ = 0;
  bool is_open_ = false;  // the last line was not whole
};

/// Sends what FFmpeg logs on this thread to `sink`, until destruction.
class LogScope {
 public:
  explicit LogScope(LogSink& sink) noexcept;
  ~LogScope();
  LogScope(const LogScope&) = delete;
  LogScope& operator=(const LogScope&) = delete;

  /// The last error line of the scope in charge on this thread; empty without one.
  static std::string last_error();
  /// The first since clear_error(); empty without one.
  static std::string first_error();
  /// A line of somebody else's for the sink in charge on this thread, if any.
  static void write(std::string line) noexcept;
  /// Forgets it, so that what is found later belongs to what is done next.
  static void clear_error() noexcept;

 private:
  LogSink* outer_;
};

}  // namespace capstan::ffmpeg
