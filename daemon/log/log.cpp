#include "log/log.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <cstdlib>
#include <mutex>

namespace capstan::log {

namespace {

/// Length of the UTF-8 sequence at the front, 0 when there is none (RFC 3629, with surrogates and
/// overlong forms refused).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xC2 ? 0
                             : first < 0xE0 ? 2
                             : first < 0xF0 ? 3
                             : first < 0xF5 ? 4
                                            : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return 0;
  }
  if (first == 0xE0 && byte(1) < 0xA0) return 0;
  if (first == 0xED && byte(1) > 0x9F) return 0;
  if (first == 0xF0 && byte(1) < 0x90) return 0;
  if (first == 0xF4 && byte(1) > 0x8F) return 0;
  return length;
}

/// C1 controls are two bytes of UTF-8 and drive terminals too.
bool is_c1_control(std::string_view sequence) {
  return sequence.size() == 2 && static_cast<unsigned char>(sequence[0]) == 0xC2 &&
         static_cast<unsigned char>(sequence[1]) < 0xA0;
}

/// spdlog's level as the journal's number (sd-daemon(3)).
class JournalLevel final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& to) override {
    const char* text = message.level >= spdlog::level::err    ? "<3>"
                       : message.level == spdlog::level::warn ? "<4>"
                       : message.level == spdlog::level::info ? "<6>"
                                                              : "<7>";
    to.append(text, text + 3);
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<JournalLevel>();
  }
};

/// "error: " and "warning: "; what merely informs needs no word in front.
class PlainLevel final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& to) override {
    const std::string_view text = message.level >= spdlog::level::err    ? "error: "
                                  : message.level == spdlog::level::warn ? "warning: "
                                                                         : "";
    to.append(text.data(), text.data() + text.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<PlainLevel>();
  }
};

std::unique_ptr<spdlog::formatter> make_formatter(Style style) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  if (style == Style::journal) {
    formatter->add_flag<JournalLevel>('*').set_pattern("%*%v");
  } else if (style == Style::plain) {
    formatter->add_flag<PlainLevel>('*').set_pattern("%*%v");
  } else {
    formatter->set_pattern("%Y-%m-%d %H:%M:%S.%e %l %v");
  }
  return formatter;
}

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::trace:
      return spdlog::level::trace;
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::warn:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
    default:
      return spdlog::level::info;
  }
}

}  // namespace

Style choose_style(Style otherwise) {
  return std::getenv("JOURNAL_STREAM") && !::isatty(STDERR_FILENO) ? Style::journal : otherwise;
}

std::string escape(std::string_view text) {
  static constexpr const char* kHex = "0123456789abcdef";
  std::string escaped;
  while (!text.empty()) {
    const auto first = static_cast<unsigned char>(text.front());
    std::size_t length = utf8_length(text);
    if (first == '\n') {
      escaped += "\\n";
    } else if (length == 0 || first < 0x20 || first == 0x7F ||
               is_c1_control(text.substr(0, length))) {
      length = std::max<std::size_t>(length, 1);
      for (const char c : text.substr(0, length)) {
        const auto byte = static_cast<unsigned char>(c);
        escaped += {'\\', 'x', kHex[byte >> 4U], kHex[byte & 15U]};
      }
    } else {
      escaped += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return escaped;
}

class StderrLog::Sink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit Sink(Style style) : base_sink(make_formatter(style)) {}

  void set_status(std::string_view line) {
    const std::lock_guard lock(mutex_);
    if (line.empty() && status_.empty()) return;
    status_ = line;
    put("\r\x1b[K" + status_);
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    std::string text(line.data(), line.size());
    put(status_.empty() ? text : "\r\x1b[K" + text + status_);
  }
  void flush_() override {}

 private:
  static void put(std::string_view text) {
    while (!text.empty()) {
      const ssize_t n = ::write(STDERR_FILENO, text.data(), text.size());
      if (n <= 0 && errno != EINTR) return;  // nowhere to say it
      if (n > 0) text.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  std::string status_;
};

StderrLog::StderrLog(Style style, LogLevel least)
    : least_(least), sink_(std::make_shared<Sink>(style)) {}
StderrLog::~StderrLog() { set_status({}); }

void StderrLog::write(LogLevel level, std::string_view line) noexcept {
  if (!is_enabled(level)) return;
  try {
    const std::string text = escape(line);
    sink_->log(spdlog::details::log_msg({}, to_spdlog(level), text));
  } catch (...) {
    // A line that cannot be written must not take the daemon with it.
  }
}

void StderrLog::set_status(std::string_view line) noexcept {
  try {
    sink_->set_status(line);
  } catch (...) {
  }
}

}  // namespace capstan::log
