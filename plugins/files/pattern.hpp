// Shell patterns on names and relative paths.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace files {

/// `*.{mp4,mkv}` as its alternatives; braces nest, `\{` is a plain brace. Throws
/// std::invalid_argument when there would be more than a thousand.
std::vector<std::string> expand_braces(std::string_view text);

/// True when the text has a character that patterns give a meaning.
bool has_wildcard(std::string_view text);

/// One pattern without braces. `*`, `?` and `[...]` stay inside one name; `**` as a whole part
/// stands for any number of folders. A pattern without a slash is about the last name of a path.
/// Names are bytes; nothing here depends on their encoding. Immutable.
class Pattern {
 public:
  enum class Case { invalid = 0, sensitive, insensitive };
  Pattern(std::string_view text, Case letters);

  /// `path` is relative, parts separated by single slashes.
  bool matches(std::string_view path) const;
  /// Whether something inside folder `path` could match a pattern that starts at its root.
  bool may_match_inside(std::string_view path) const;
  bool is_any_depth() const { return is_any_depth_; }

 private:
  bool part_matches(std::size_t part, const std::string& name) const;

  std::vector<std::string> parts_;
  int flags_;
  bool is_anchored_;  // has a slash: matched from the root, not against the last name
  bool is_any_depth_;
};

/// Several patterns, of which one is enough.
class PatternList {
 public:
  PatternList() = default;
  explicit PatternList(const std::vector<std::string>& texts);
  bool matches(std::string_view path) const;

 private:
  std::vector<Pattern> patterns_;
};

}  // namespace files
