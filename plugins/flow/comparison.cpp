#include "comparison.hpp"

#include <stdexcept>

namespace flow {

namespace {

Operator operator_of(std::string_view text) {
  if (text == "==") return Operator::equal;
  if (text == "!=") return Operator::unequal;
  if (text == "<") return Operator::less;
  if (text == "<=") return Operator::at_most;
  if (text == ">") return Operator::more;
  if (text == ">=") return Operator::at_least;
  if (text == "~") return Operator::like;
  throw std::invalid_argument("'" + std::string(text) +
                              "' is no comparison: expected ==, !=, <, <=, >, >= or ~");
}

template <class T>
bool compare(Operator op, const T& a, const T& b) {
  switch (op) {
    case Operator::equal:
      return a == b;
    case Operator::unequal:
      return a != b;
    case Operator::less:
      return a < b;
    case Operator::at_most:
      return a <= b;
    case Operator::more:
      return a > b;
    case Operator::at_least:
      return a >= b;
    case Operator::like:
    case Operator::invalid:
      break;
  }
  return false;
}

bool is_equality(Operator op) { return op == Operator::equal || op == Operator::unequal; }

}  // namespace

Comparison::Comparison(std::string_view field, std::string_view op, std::string_view value)
    : field_(field), op_(operator_of(op)), value_(value) {
  const bool takes_text = field_.kind() == FieldKind::text || field_.kind() == FieldKind::label;
  if (op_ == Operator::like) {
    if (!takes_text) throw std::invalid_argument("'" + field_.name() + "' is no text, as ~ takes");
    glob_.emplace(value_);
  } else if (field_.kind() == FieldKind::text && !is_equality(op_)) {
    throw std::invalid_argument("'" + field_.name() + "' is a text: expected ==, != or ~");
  } else if (!is_textual()) {
    number_ = parse_value();
  }
}

// Metadata is text; only an order makes a number of it.
bool Comparison::is_textual() const noexcept {
  return field_.kind() == FieldKind::text ||
         (field_.kind() == FieldKind::label && (is_equality(op_) || op_ == Operator::like));
}

double Comparison::parse_value() const {
  const std::string beginning = "'" + field_.name() + "' against '" + value_ + "': expected ";
  if (field_.kind() == FieldKind::bytes) {
    if (const auto bytes = capstan::parse_bytes(value_)) return static_cast<double>(*bytes);
    throw std::invalid_argument(beginning + "a size such as 64KiB");
  }
  if (field_.kind() == FieldKind::time) {
    const auto place = capstan::parse_position(value_);
    if (place && place->kind == capstan::Position::Kind::time) {
      return std::chrono::duration<double>(place->time).count();
    }
    throw std::invalid_argument(beginning + "a time such as 1.5s or 01:02:03");
  }
  if (field_.kind() == FieldKind::integer) {
    if (const auto integer = capstan::parse_integer(value_)) return static_cast<double>(*integer);
    throw std::invalid_argument(beginning + "a whole number");
  }
  if (const auto number = capstan::parse_number(value_)) return *number;
  throw std::invalid_argument(beginning + "a number");
}

bool Comparison::holds(const capstan::Item& item) const {
  if (is_textual()) {
    const auto text = field_.text(item);
    if (!text) return false;
    return glob_ ? glob_->matches(*text) : compare(op_, *text, std::string_view(value_));
  }
  const auto number = field_.number(item);
  return number && compare(op_, *number, number_);
}

}  // namespace flow
