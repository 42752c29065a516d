// What a rule may ask of an item.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <capstan/sdk/plugin.hpp>

namespace flow {

enum class FieldKind : std::uint8_t {
  invalid = 0,
  text,
  integer,
  bytes,  ///< written with a unit: 64KiB
  time,   ///< written as a place in media: 1.5s, 01:02:03
  label,  ///< metadata: text that may hold a number
};

/// One named property of items. Immutable, any thread.
class Field {
 public:
  /// Throws std::invalid_argument for a name that is no field, saying which there are.
  explicit Field(std::string_view name);

  const std::string& name() const noexcept { return name_; }
  FieldKind kind() const noexcept { return kind_; }
  /// The value of a text or label; nothing where the item has none.
  std::optional<std::string_view> text(const capstan::Item& item) const;
  /// The value of the other kinds; a label's where it is a number. Times are in seconds.
  std::optional<double> number(const capstan::Item& item) const;
  /// For messages: the value as text, "missing" where the item has none.
  std::string describe(const capstan::Item& item) const;

 private:
  struct Known;
  static const Known kKnown[];

  std::string name_;
  FieldKind kind_ = FieldKind::invalid;
  const Known* known_ = nullptr;  // null for a label
};

}  // namespace flow
