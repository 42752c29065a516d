#include "config/faults.hpp"

#include <algorithm>
#include <tuple>

namespace capstan::config {

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
  return to_string(fault.mark) + (fault.severity == Severity::warning ? ": warning: " : ": ") +
         fault.text;
}

std::string quote(std::string_view text) {
  constexpr std::size_t kLongest = 60;  // bytes; a message stays a line that can be read
  constexpr const char* kDigits = "0123456789abcdef";
  std::string quoted = "'";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool is_inside_character = (c & 0xC0U) == 0x80;
    if (i >= kLongest && !is_inside_character) {
      quoted += "...";
      break;
    }
    if (c == '\n') {
      quoted += "\\n";
    } else if (c == '\t') {
      quoted += "\\t";
    } else if (c < 0x20 || c == 0x7F) {
      quoted.append("\\x").append(1, kDigits[c >> 4U]).append(1, kDigits[c & 15U]);
    } else {
      quoted += text[i];
    }
  }
  return quoted + "'";
}

}  // namespace capstan::config
