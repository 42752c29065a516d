// Readers of single values. Each reports what is wrong and what was expected, then gives nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/config.hpp"

namespace capstan::config {

/// A known key of a map, and what to do with it.
struct Key {
  const char* name;
  std::function<void(const Entry&)> read;
};

/// Gives every entry to its key; any other key is a fault. `what` names the map: "a stage".
/// Returns false when the node is no map.
bool read_map(const TreeNode& node, const std::string& what, const std::vector<Key>& keys,
              Faults& faults);

/// Reports that a value is not what it should be: "'queue' is a list: expected ...".
void report_unexpected(const Text& key, const TreeNode& value, const std::string& expected,
                       Faults& faults);

std::optional<Text> read_text(const Entry& entry, const std::string& expected, Faults& faults);
std::optional<Value<std::uint64_t>> read_count(const Entry& entry, std::uint64_t low,
                                               std::uint64_t high, Faults& faults);
std::optional<Value<std::chrono::nanoseconds>> read_duration(const Entry& entry, Faults& faults);
std::optional<Value<std::uint64_t>> read_bytes(const Entry& entry, std::uint64_t low,
                                               Faults& faults);
/// A part of a whole, above 0 and at most 1.
std::optional<Value<double>> read_share(const Entry& entry, Faults& faults);
/// A name that a pipeline may have: it shows up in metrics, paths and commands.
bool check_name(const Text& name, const std::string& what, Faults& faults);
/// A name that a stage may have: the same without dots, since "id.path" is a path of a stage.
bool check_id(const Text& id, Faults& faults);

/// One of a few words.
template <class T>
std::optional<Value<T>> read_choice(const Entry& entry,
                                    const std::vector<std::pair<std::string, T>>& choices,
                                    Faults& faults) {
  std::string expected = "expected one of";
  const char* separator = " ";
  for (const auto& choice : choices) {
    expected += std::exchange(separator, ", ") + choice.first;
  }
  const auto text = read_text(entry, expected, faults);
  if (!text) return std::nullopt;
  for (const auto& choice : choices) {
    if (choice.first == text->value) return Value<T>{choice.second, text->mark};
  }
  report_unexpected(entry.key, *entry.value, expected, faults);
  return std::nullopt;
}

}  // namespace capstan::config
