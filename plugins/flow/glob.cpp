#include "glob.hpp"

#include <algorithm>
#include <stdexcept>

namespace flow {

namespace {

constexpr std::size_t kMaxAlternatives = 256;

std::size_t find_close(std::string_view text, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < text.size(); ++i) {
    if (text[i] == '{') ++depth;
    if (text[i] == '}' && --depth == 0) return i;
  }
  throw std::invalid_argument("'{' without '}'");
}

// The inside of a brace, cut at its own commas.
std::vector<std::string_view> split(std::string_view inside) {
  std::vector<std::string_view> parts;
  int depth = 0;
  std::size_t start = 0;
  for (std::size_t i = 0; i < inside.size(); ++i) {
    if (inside[i] == '{') ++depth;
    if (inside[i] == '}') --depth;
    if (inside[i] != ',' || depth > 0) continue;
    parts.push_back(inside.substr(start, i - start));
    start = i + 1;
  }
  parts.push_back(inside.substr(start));
  return parts;
}

void expand(const std::string& head, std::string_view rest, std::vector<std::string>& out) {
  const std::size_t open = rest.find_first_of("{}");
  if (open == std::string_view::npos) {
    if (out.size() == kMaxAlternatives) throw std::invalid_argument("too many alternatives in {}");
    out.push_back(head + std::string(rest));
    return;
  }
  if (rest[open] == '}') throw std::invalid_argument("'}' without '{'");
  const std::size_t close = find_close(rest, open);
  for (const std::string_view part : split(rest.substr(open + 1, close - open - 1))) {
    // The alternative may hold braces itself, so it goes before what is still to be expanded.
    std::string tail(part);
    tail.append(rest.substr(close + 1));
    expand(head + std::string(rest.substr(0, open)), tail, out);
  }
}

// Goes back to the last star alone, which is enough: an earlier one could only take less.
bool matches_one(std::string_view pattern, std::string_view text) noexcept {
  std::size_t p = 0, t = 0;
  std::size_t star = std::string_view::npos, taken = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++taken;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

}  // namespace

Glob::Glob(std::string_view text) { expand({}, text, alternatives_); }

bool Glob::matches(std::string_view text) const noexcept {
  return std::any_of(alternatives_.begin(), alternatives_.end(),
                     [&](const std::string& pattern) { return matches_one(pattern, text); });
}

}  // namespace flow
