#include "av_log.hpp"

extern "C" {
#include <libavutil/log.h>
}

#include <cstdio>
#include <cstring>
#include <mutex>
#include <utility>

#include "codec_log.hpp"

namespace capstan::ffmpeg {

namespace {

// A broken file can make FFmpeg log a line per macroblock.
constexpr std::int64_t kMaxLinesPerItem = 50;

thread_local LogSink* current_sink = nullptr;

std::string trimmed(const char* text) {
  std::string line(text);
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r' || line.back() == ' ')) {
    line.pop_back();
  }
  return line;
}

void on_log(void* object, int level, const char* format, va_list arguments) {
  if (level > AV_LOG_WARNING) return;
  char text[512];
  std::vsnprintf(text, sizeof(text), format, arguments);
  const bool is_whole = text[0] != 0 && text[std::strlen(text) - 1] == '\n';
  const bool is_error = level <= AV_LOG_ERROR;
  if (!current_sink) return CodecLog::offer(object, trimmed(text), is_error);
  current_sink->write(trimmed(text), is_error, is_whole);
}

void install_once() {
  static std::once_flag installed;
  std::call_once(installed, [] { av_log_set_callback(on_log); });
}

}  // namespace

LogSink::~LogSink() {
  if (n_lines_ <= kMaxLinesPerItem) return;
  char text[64];
  std::snprintf(text, sizeof(text), "ffmpeg: %lld further lines were left out",
                static_cast<long long>(n_lines_ - kMaxLinesPerItem));
  logger_.debug(text);
}

void LogSink::write(std::string line, bool is_error, bool is_whole) noexcept {
  const bool is_rest = std::exchange(is_open_, !is_whole);
  if (line.empty()) return;
  ++n_lines_;
  if (n_lines_ <= kMaxLinesPerItem) logger_.debug("ffmpeg: " + line);
  if (!is_error) return;
  if (is_rest && first_error_ == last_error_) first_error_ += line;
  if (first_error_.empty()) first_error_ = line;
  last_error_ = is_rest ? last_error_ + line : std::move(line);
}

LogScope::LogScope(LogSink& sink) noexcept : outer_(current_sink) {
  install_once();
  current_sink = &sink;
}

LogScope::~LogScope() { current_sink = outer_; }

void LogScope::clear_error() noexcept {
  if (current_sink) current_sink->clear_error();
}

void LogScope::write(std::string line) noexcept {
  if (current_sink) current_sink->write(std::move(line), false, true);
}

std::string LogScope::first_error() { return current_sink ? current_sink->first_error() : ""; }

std::string LogScope::last_error() { return current_sink ? current_sink->last_error() : ""; }

}  // namespace capstan::ffmpeg
