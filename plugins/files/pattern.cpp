#include "pattern.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <stdexcept>

namespace files {

namespace {

constexpr std::size_t kMaxAlternatives = 1000;

// The end of the brace that opens at `open`, and its commas; npos when it never closes.
std::size_t find_close(std::string_view text, std::size_t open, std::vector<std::size_t>& commas) {
  int depth = 0;
  for (std::size_t i = open; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '{') {
      ++depth;
    } else if (text[i] == '}' && --depth == 0) {
      return i;
    } else if (text[i] == ',' && depth == 1) {
      commas.push_back(i);
    }
  }
  return std::string_view::npos;
}

// The next brace that is not escaped, from `at` on.
std::size_t find_open(std::string_view text, std::size_t at) {
  for (; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '{') {
      return at;
    }
  }
  return std::string_view::npos;
}

void expand(std::string head, std::string_view rest, std::vector<std::string>& out) {
  std::size_t open = find_open(rest, 0);
  std::size_t close = std::string_view::npos;
  std::vector<std::size_t> cuts;
  // `{}` and `{a}` are plain text, as in a shell.
  for (; open != std::string_view::npos; open = find_open(rest, open + 1)) {
    cuts.clear();
    close = find_close(rest, open, cuts);
    if (close != std::string_view::npos && !cuts.empty()) break;
  }
  if (open == std::string_view::npos) {
    if (out.size() == kMaxAlternatives) throw std::invalid_argument("too many alternatives in {}");
    out.push_back(head.append(rest));
    return;
  }
  cuts.push_back(close);
  std::size_t start = open + 1;
  for (const std::size_t cut : cuts) {
    // The alternative may hold braces itself, so it goes before what is still to be expanded.
    std::string tail(rest.substr(start, cut - start));
    tail.append(rest.substr(close + 1));
    expand(head + std::string(rest.substr(0, open)), tail, out);
    start = cut + 1;
  }
}

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    if (slash != 0) parts.emplace_back(path.substr(0, slash));
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  }
  return parts;
}

std::string_view last_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

}  // namespace

std::vector<std::string> expand_braces(std::string_view text) {
  std::vector<std::string> out;
  expand({}, text, out);
  return out;
}

bool has_wildcard(std::string_view text) {
  return text.find_first_of("*?[{") != std::string_view::npos;
}

Pattern::Pattern(std::string_view text, Case letters)
    : parts_(split(text)),
      flags_(letters == Case::insensitive ? FNM_CASEFOLD : 0),
      is_anchored_(text.find('/') != std::string_view::npos),
      is_any_depth_(std::find(parts_.begin(), parts_.end(), "**") != parts_.end()) {}

bool Pattern::part_matches(std::size_t part, const std::string& name) const {
  return fnmatch(parts_[part].c_str(), name.c_str(), flags_) == 0;
}

bool Pattern::matches(std::string_view path) const {
  if (!is_anchored_) return parts_.size() == 1 && part_matches(0, std::string(last_name(path)));
  // As for `*` in a string: on a mismatch the last `**` takes one name more.
  const std::vector<std::string> names = split(path);
  std::size_t part = 0;
  std::size_t name = 0;
  std::size_t star = parts_.size();
  std::size_t star_name = 0;
  while (name < names.size()) {
    if (part < parts_.size() && parts_[part] == "**") {
      star = part++;
      star_name = name;
    } else if (part < parts_.size() && part_matches(part, names[name])) {
      ++part;
      ++name;
    } else if (star < parts_.size()) {
      part = star + 1;
      name = ++star_name;
    } else {
      return false;
    }
  }
  while (part < parts_.size() && parts_[part] == "**") ++part;
  return part == parts_.size();
}

bool Pattern::may_match_inside(std::string_view path) const {
  const std::vector<std::string> names = split(path);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i + 1 >= parts_.size()) return i < parts_.size() && parts_[i] == "**";
    if (parts_[i] == "**") return true;
    if (!part_matches(i, names[i])) return false;
  }
  return true;
}

PatternList::PatternList(const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    for (const std::string& one : expand_braces(text)) {
      patterns_.emplace_back(one, Pattern::Case::insensitive);
    }
  }
}

bool PatternList::matches(std::string_view path) const {
  return std::any_of(patterns_.begin(), patterns_.end(),
                     [&](const Pattern& pattern) { return pattern.matches(path); });
}

}  // namespace files
