#include "config/faults.hpp"

#include <algorithm>
#include <tuple>

namespace capstan::config {

namespace {

void append_printable(std::string& text, char c) {
  constexpr const char* kDigits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  if (c == '\n') {
    text += "\\n";
  } else if (c == '\t') {
    text += "\\t";
  } else if (byte < 0x20 || byte == 0x7F) {
    text.append("\\x").append(1, kDigits[byte >> 4U]).append(1, kDigits[byte & 15U]);
  } else {
    text += c;
  }
}

}  // namespace

void Faults::error(Mark mark, std::string text) {
  faults_.push_back({std::move(mark), std::move(text), Severity::error});
  ++n_errors_;
}

void Faults::warn(Mark mark, std::string text) {
  faults_.push_back({std::move(mark), std::move(text), Severity::warning});
}

std::vector<Fault> Faults::sorted() const {
  std::vector<Fault> faults = faults_;
  std::stable_sort(faults.begin(), faults.end(), [](const Fault& a, const Fault& b) {
    return std::tie(a.mark.file, a.mark.line, a.mark.column) <
           std::tie(b.mark.file, b.mark.line, b.mark.column);
  });
  return faults;
}

std::string to_string(const Mark& mark) {
  if (mark.line == 0) return mark.file;
  return mark.file + ":" + std::to_string(mark.line) + ":" + std::to_string(mark.column);
}

std::string to_string(const Fault& fault) {
  // Names of files and of stages may hold anything, and a fault stays a line.
  std::string line;
  for (const char c : to_string(fault.mark)) append_printable(line, c);
  if (!line.empty()) line += ": ";
  if (fault.severity == Severity::warning) line += "warning: ";
  for (const char c : fault.text) append_printable(line, c);
  return line;
}

std::string quote(std::string_view text) {
  constexpr std::size_t kLongest = 60;  // bytes; a message stays a line that can be read
  std::string quoted = "'";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_inside_character = (static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80;
    if (i >= kLongest && !is_inside_character) {
      quoted += "...";
      break;
    }
    append_printable(quoted, text[i]);
  }
  return quoted + "'";
}

}  // namespace capstan::config
