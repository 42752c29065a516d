// FIELD OP VALUE.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "field.hpp"
#include "glob.hpp"

namespace flow {

enum class Operator : std::uint8_t {
  invalid = 0,
  equal,
  unequal,
  less,
  at_most,
  more,
  at_least,
  like,  ///< ~
};

/// One comparison. False, whatever the operator, for an item that lacks the field. Immutable.
class Comparison {
 public:
  /// Throws std::invalid_argument saying what was expected.
  Comparison(std::string_view field, std::string_view op, std::string_view value);
  bool holds(const capstan::Item& item) const;
  const Field& field() const noexcept { return field_; }

 private:
  bool is_textual() const noexcept;
  double parse_value() const;

  Field field_;
  Operator op_;
  std::string value_;
  double number_ = 0;         // unless textual
  std::optional<Glob> glob_;  // for `like`
};

}  // namespace flow
