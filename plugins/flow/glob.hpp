// Shell patterns on whole texts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace flow {

/// A pattern: `*` any run of characters (slashes too), `?` any one, `{a,b}` either. Immutable.
/// Matching takes time in proportion to pattern times text at worst, so it may run on the loop.
class Glob {
 public:
  /// Throws std::invalid_argument for a brace without its partner or too many alternatives.
  explicit Glob(std::string_view text);
  bool matches(std::string_view text) const noexcept;

 private:
  std::vector<std::string> alternatives_;
};

}  // namespace flow
