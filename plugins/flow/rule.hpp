// "PATH: CONDITION".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "comparison.hpp"

namespace flow {

/// The path that no stage stands behind: the item is dropped.
inline constexpr std::string_view kDrop = "drop";

/// True for letters, digits, '_' and '-'.
bool is_path_name(std::string_view name) noexcept;

/// One rule: comparisons joined by `and`, all of which must hold; `always` and `else` hold for
/// every item. A value with spaces in it stands in quotes. Immutable.
class Rule {
 public:
  /// Throws std::invalid_argument that quotes the rule and says what was expected.
  explicit Rule(std::string_view text);

  const std::string& path() const noexcept { return path_; }
  bool is_unconditional() const noexcept { return comparisons_.empty(); }
  bool holds(const capstan::Item& item) const;
  const std::vector<Comparison>& comparisons() const noexcept { return comparisons_; }

 private:
  void parse(std::string_view text);

  std::string path_;
  std::vector<Comparison> comparisons_;
};

}  // namespace flow
