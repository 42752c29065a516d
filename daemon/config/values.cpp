#include "config/values.hpp"

#include <algorithm>

#include <capstan/sdk/options.hpp>

#include "config/nearest.hpp"

namespace capstan::config {

namespace {

const Mark& place_of(const Text& key, const TreeNode& value) {
  // What is not there has no place of its own; yaml-cpp's is that of the next token.
  return value.kind == TreeNode::Kind::null ? key.mark : value.mark;
}

// "use:x" is text, since YAML wants a space behind the colon.
std::string hint_of(const TreeNode& node) {
  const bool has_colon =
      node.kind == TreeNode::Kind::scalar && node.text.find(':') != std::string::npos;
  return has_colon ? " (is the space after ':' missing?)" : "";
}

// Whether a text is made of letters, digits and `marks`, and begins with neither '.' nor '-'.
bool is_name(const std::string& text, const std::string& marks) {
  constexpr std::size_t kLongestName = 64;
  constexpr const char* kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  return !text.empty() && text.size() <= kLongestName && text[0] != '.' && text[0] != '-' &&
         text.find_first_not_of(kLetters + marks) == std::string::npos;
}

}  // namespace

bool read_map(const TreeNode& node, const std::string& what, const std::vector<Key>& keys,
              Faults& faults) {
  std::vector<std::string> names;
  names.reserve(keys.size());
  for (const Key& key : keys) names.emplace_back(key.name);
  if (node.kind != TreeNode::Kind::map) {
    if (node.is_broken) return false;
    faults.error(node.mark, what + " is " + describe(node) + ": expected a map with " +
                                join(names) + hint_of(node));
    return false;
  }
  for (const Entry& entry : node.map) {
    const auto key = std::find_if(keys.begin(), keys.end(),
                                  [&](const Key& known) { return entry.key.value == known.name; });
    if (key != keys.end()) {
      key->read(entry);
    } else {
      faults.error(entry.key.mark, "unknown key " + quote(entry.key.value) + " in " + what +
                                       suggest(entry.key.value, names));
    }
  }
  return true;
}

void report_unexpected(const Text& key, const TreeNode& value, const std::string& expected,
                       Faults& faults) {
  if (value.is_broken) return;
  const bool is_null = value.kind == TreeNode::Kind::null;
  faults.error(
      place_of(key, value),
      quote(key.value) + (is_null ? " has no value" : " is " + describe(value)) + ": " + expected);
}

std::optional<Text> read_text(const Entry& entry, const std::string& expected, Faults& faults) {
  const TreeNode& node = *entry.value;
  if (node.kind == TreeNode::Kind::scalar && !node.is_broken) return Text{node.text, node.mark};
  report_unexpected(entry.key, node, expected, faults);
  return std::nullopt;
}

std::optional<Value<std::uint64_t>> read_count(const Entry& entry, std::uint64_t low,
                                               std::uint64_t high, Faults& faults) {
  const std::string expected =
      "expected a whole number from " + std::to_string(low) + " to " + std::to_string(high);
  const auto text = read_text(entry, expected, faults);
  if (!text) return std::nullopt;
  const auto number = parse_integer(text->value);
  if (number && *number >= 0) {
    const auto count = static_cast<std::uint64_t>(*number);
    if (count >= low && count <= high) return Value<std::uint64_t>{count, text->mark};
  }
  report_unexpected(entry.key, *entry.value, expected, faults);
  return std::nullopt;
}

std::optional<Value<std::chrono::nanoseconds>> read_duration(const Entry& entry, Faults& faults) {
  const std::string expected = "expected a duration such as 100ms, 30s or 5min";
  const auto text = read_text(entry, expected, faults);
  if (!text) return std::nullopt;
  if (const auto time = parse_duration(text->value)) {
    return Value<std::chrono::nanoseconds>{*time, text->mark};
  }
  report_unexpected(entry.key, *entry.value, expected, faults);
  return std::nullopt;
}

std::optional<Value<std::uint64_t>> read_bytes(const Entry& entry, std::uint64_t low,
                                               Faults& faults) {
  std::string expected = "expected a size such as 64MiB or 1GiB";
  if (low > 1) expected += ", " + std::to_string(low >> 20U) + "MiB or more";
  const auto text = read_text(entry, expected, faults);
  if (!text) return std::nullopt;
  const auto bytes = parse_bytes(text->value);
  if (bytes && *bytes >= low) return Value<std::uint64_t>{*bytes, text->mark};
  report_unexpected(entry.key, *entry.value, expected, faults);
  return std::nullopt;
}

std::optional<Value<double>> read_share(const Entry& entry, Faults& faults) {
  const std::string expected = "expected a number above 0 and at most 1, such as 0.05";
  const auto text = read_text(entry, expected, faults);
  if (!text) return std::nullopt;
  const auto number = parse_number(text->value);
  if (number && *number > 0 && *number <= 1) return Value<double>{*number, text->mark};
  report_unexpected(entry.key, *entry.value, expected, faults);
  return std::nullopt;
}

bool check_name(const Text& name, const std::string& what, Faults& faults) {
  if (is_name(name.value, "_-.")) return true;
  faults.error(name.mark, quote(name.value) + " cannot name " + what +
                              ": expected up to 64 letters, digits, '_', '-' and '.', starting "
                              "with a letter or digit");
  return false;
}

bool check_id(const Text& id, Faults& faults) {
  if (is_name(id.value, "_-")) return true;
  const bool is_dotted = is_name(id.value, "_-.");
  faults.error(id.mark, quote(id.value) + " cannot name a stage: expected up to 64 letters, " +
                            "digits, '_' and '-', starting with a letter or digit" +
                            (is_dotted ? "; behind a dot, 'from' names a path of a stage" : ""));
  return false;
}

}  // namespace capstan::config
