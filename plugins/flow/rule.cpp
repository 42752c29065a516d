#include "rule.hpp"

#include <algorithm>
#include <stdexcept>

namespace flow {

namespace {

constexpr std::string_view kOperatorCharacters = "=!<>~";

bool is_name_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

/// Takes a condition apart from its left end.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(trimmed(text)) {}
  bool is_at_end() const { return rest_.empty(); }

  std::string_view field() { return take(rest_.find_first_of(" \t=!<>~"), "a field"); }
  std::string_view comparison() {
    return take(rest_.find_first_not_of(kOperatorCharacters), "==, !=, <, <=, >, >= or ~");
  }
  std::string_view value() {
    const char quote = rest_.empty() ? '\0' : rest_.front();
    if (quote != '"' && quote != '\'') return word("a value");
    const std::size_t close = rest_.find(quote, 1);
    if (close == std::string_view::npos) throw std::invalid_argument("a quote is never closed");
    const std::string_view inside = rest_.substr(1, close - 1);
    rest_ = trimmed(rest_.substr(close + 1));
    return inside;
  }
  std::string_view word(const char* expected) { return take(rest_.find_first_of(" \t"), expected); }

 private:
  std::string_view take(std::size_t n, const char* expected) {
    const std::string_view taken = rest_.substr(0, n);
    if (taken.empty()) {
      throw std::invalid_argument(std::string("expected ") + expected +
                                  (rest_.empty() ? " at the end" : " before '") +
                                  std::string(rest_) + (rest_.empty() ? "" : "'"));
    }
    rest_ = trimmed(rest_.substr(taken.size()));
    return taken;
  }
  std::string_view rest_;
};

std::vector<Comparison> read_condition(std::string_view text) {
  std::vector<Comparison> comparisons;
  if (text == "always" || text == "else") return comparisons;
  Reader reader(text);
  while (true) {
    const std::string_view field = reader.field();
    const std::string_view op = reader.comparison();
    const std::string_view value = reader.value();
    comparisons.emplace_back(field, op, value);
    if (reader.is_at_end()) return comparisons;
    const std::string_view word = reader.word("'and'");
    if (word != "and") {
      throw std::invalid_argument("expected 'and' instead of '" + std::string(word) +
                                  "'; a value with spaces stands in quotes");
    }
  }
}

}  // namespace

bool is_path_name(std::string_view name) noexcept {
  return !name.empty() && std::all_of(name.begin(), name.end(), is_name_character);
}

Rule::Rule(std::string_view text) {
  try {
    parse(text);
  } catch (const std::invalid_argument& fault) {
    throw std::invalid_argument("rule '" + std::string(text) + "': " + fault.what());
  }
}

void Rule::parse(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    throw std::invalid_argument("expected PATH: CONDITION, as in 'large: width >= 1280'");
  }
  path_ = trimmed(text.substr(0, colon));
  if (!is_path_name(path_)) {
    throw std::invalid_argument("expected a path of letters, digits, _ and - before the colon");
  }
  comparisons_ = read_condition(trimmed(text.substr(colon + 1)));
}

bool Rule::holds(const capstan::Item& item) const {
  return std::all_of(comparisons_.begin(), comparisons_.end(),
                     [&](const Comparison& comparison) { return comparison.holds(item); });
}

}  // namespace flow
