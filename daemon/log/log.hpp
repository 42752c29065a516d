// The one place where lines leave the process: stderr, for a person or for the journal.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <capstan/sdk/context.hpp>

namespace capstan::log {

enum class Style : unsigned char {
  invalid = 0,
  plain,        ///< "warning: text", for programs that a person runs
  timestamped,  ///< date, time and level in front
  journal,      ///< "<4>text": the level as journald reads it, which adds the time itself
};

/// journal when stderr is the journal (systemd sets JOURNAL_STREAM), else `otherwise`.
Style choose_style(Style otherwise);

/// The text on one line: control characters and bytes that are not UTF-8 as \xNN, \n as \n.
/// Names of files come from strangers and must not forge lines or drive a terminal.
std::string escape(std::string_view text);

/// Threads: any. Each line is one write.
class StderrLog final : public Logger {
 public:
  StderrLog(Style style, LogLevel least);
  ~StderrLog() override;
  bool is_enabled(LogLevel level) const noexcept override { return level >= least_; }
  void write(LogLevel level, std::string_view line) noexcept override;

  /// Keeps one line at the bottom of a terminal, below all others; empty takes it away.
  void set_status(std::string_view line) noexcept;

 private:
  class Sink;
  LogLevel least_;
  std::shared_ptr<Sink> sink_;
};

}  // namespace capstan::log
