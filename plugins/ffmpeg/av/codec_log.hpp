// What FFmpeg says on a codec's own threads, where no LogScope stands.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "av_ptr.hpp"

namespace capstan::ffmpeg {

/// Collects the lines of one codec context, until somebody asks. Thread-safe. Outlives the context.
class CodecLog {
 public:
  CodecLog();
  ~CodecLog();
  CodecLog(const CodecLog&) = delete;
  CodecLog& operator=(const CodecLog&) = delete;

  /// From now on. The context and the copies that its threads have are known by their `opaque`.
  void listen_to(AVCodecContext& context) noexcept { context.opaque = this; }

  /// The last line at FFmpeg's level error or above; empty without one.
  std::string last_error() const;
  bool has_error() const { return !last_error().empty(); }
  /// Gives what was collected to the log of the LogScope in charge on this thread.
  void deliver();

  /// Takes a line that FFmpeg logged with `object`, if that is a context somebody listens to.
  static void offer(void* object, std::string line, bool is_error) noexcept;

 private:
  void add(std::string line, bool is_error) noexcept;

  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
  std::string last_error_;
};

}  // namespace capstan::ffmpeg
