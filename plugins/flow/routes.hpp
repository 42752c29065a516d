// The options of `router`, read: which path an item takes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rule.hpp"

namespace flow {

/// Chooses by rules or by a label. Immutable.
class Routes {
 public:
  /// Throws std::invalid_argument for options that make no sense, quoting what is wrong.
  explicit Routes(const capstan::Options& options);

  /// Names of the paths in order of their first appearance, without `drop`.
  const std::vector<std::string>& paths() const noexcept { return paths_; }
  /// The path's place in paths(); nothing: the item is dropped. Throws std::runtime_error when the
  /// item fits nowhere, naming its values and the paths.
  std::optional<std::uint32_t> choose(const capstan::Item& item) const;

 private:
  void read_rules(const std::vector<std::string>& texts);
  void read_label(const std::string& by, const std::vector<std::string>& paths);
  std::optional<std::uint32_t> place_of(std::string_view path) const;
  [[noreturn]] void refuse_label(const capstan::Item& item) const;
  [[noreturn]] void refuse_unmatched(const capstan::Item& item) const;

  std::vector<Rule> rules_;
  std::optional<Field> label_;
  std::vector<std::string> paths_;
};

}  // namespace flow
