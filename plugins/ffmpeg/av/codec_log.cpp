#include "codec_log.hpp"

#include <algorithm>

#include "av_log.hpp"

namespace capstan::ffmpeg {

namespace {

constexpr std::size_t kMaxWaitingLines = 50;

/// Those that listen. An `opaque` alone proves nothing: other plugins have contexts too.
struct Listeners {
  std::mutex mutex;
  std::vector<CodecLog*> all;
};

Listeners& listeners() {
  static Listeners instance;
  return instance;
}

}  // namespace

CodecLog::CodecLog() {
  const std::lock_guard lock(listeners().mutex);
  listeners().all.push_back(this);
}

CodecLog::~CodecLog() {
  const std::lock_guard lock(listeners().mutex);
  std::erase(listeners().all, this);
}

void CodecLog::offer(void* object, std::string line, bool is_error) noexcept {
  if (!object || *static_cast<const AVClass**>(object) != avcodec_get_class()) return;
  const void* opaque = static_cast<const AVCodecContext*>(object)->opaque;
  const std::lock_guard lock(listeners().mutex);
  const auto& all = listeners().all;
  const auto found = std::find(all.begin(), all.end(), opaque);
  if (found != all.end()) (*found)->add(std::move(line), is_error);
}

void CodecLog::add(std::string line, bool is_error) noexcept try {
  const std::lock_guard lock(mutex_);
  if (is_error) last_error_ = line;
  if (lines_.size() < kMaxWaitingLines) lines_.push_back(std::move(line));
} catch (const std::bad_alloc&) {
  // There is no memory for it, and nobody above who could be told.
}

std::string CodecLog::last_error() const {
  const std::lock_guard lock(mutex_);
  return last_error_;
}

void CodecLog::deliver() {
  std::vector<std::string> lines;
  {
    const std::lock_guard lock(mutex_);
    lines.swap(lines_);
  }
  for (std::string& line : lines) LogScope::write(std::move(line));
}

}  // namespace capstan::ffmpeg
