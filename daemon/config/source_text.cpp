#include "config/source_text.hpp"

#include <cstdint>

#include "config/tree.hpp"

namespace capstan::config {

namespace {

// Length of the UTF-8 character at the start of the text, 0 when it is none (RFC 3629: no
// overlong forms, no surrogates, nothing above U+10FFFF).
std::size_t character_bytes(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t n_bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < n_bytes) return 0;
  std::uint32_t code = first & (0x7FU >> n_bytes);
  for (std::size_t i = 1; i < n_bytes; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return 0;
    code = (code << 6U) | (byte(i) & 0x3FU);
  }
  constexpr std::uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
  return code >= kSmallest[n_bytes] && code <= 0x10FFFF && !is_surrogate ? n_bytes : 0;
}

// What is wrong with the character at the start of the text, or null.
const char* fault_of(std::string_view text, std::size_t n_bytes, bool is_indentation) {
  if (n_bytes == 0) return "not UTF-8: expected text, is this a binary file?";
  const auto c = static_cast<unsigned char>(text[0]);
  // yaml-cpp takes byte 4 for the end of the file and would ignore what follows.
  if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F) {
    return "a control character: expected text, is this a binary file?";
  }
  // YAML allows a tab in few of these places and means something else in others.
  if (c == '\t' && is_indentation) return "a tab in the indentation: expected spaces";
  return nullptr;
}

}  // namespace

bool check_source_text(std::string_view text, const std::string& file, Faults& faults) {
  if (text.size() > kMaxDocumentBytes) {
    faults.error({file, 0, 0}, "too large for a configuration: expected at most 1 MiB");
    return false;
  }
  Mark mark{file, 1, 1};
  bool is_indentation = true;
  while (!text.empty()) {
    const std::size_t n_bytes = character_bytes(text);
    if (const char* fault = fault_of(text, n_bytes, is_indentation)) {
      faults.error(mark, fault);
      return false;
    }
    if (text[0] == '\n') {
      ++mark.line;
      mark.column = 1;
      is_indentation = true;
    } else {
      mark.column += n_bytes;
      is_indentation = is_indentation && (text[0] == ' ' || text[0] == '\r');
    }
    text.remove_prefix(n_bytes);
  }
  return true;
}

std::string_view line_of(std::string_view text, std::size_t line) {
  while (line > 1) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
    --line;
  }
  return text.substr(0, text.find('\n'));
}

}  // namespace capstan::config
