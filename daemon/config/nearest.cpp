#include "config/nearest.hpp"

#include <algorithm>
#include <cctype>

#include "config/faults.hpp"

namespace capstan::config {

namespace {

constexpr std::size_t kLongestName = 64;  // nobody mistypes longer names; bounds the work

char fold(char c) {
  if (c == '-') return '_';
  return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

// Optimal string alignment: insert, delete, replace, swap neighbours, each at a cost of one.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool is_same = fold(a[i - 1]) == fold(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (is_same ? 0 : 1)});
      const bool is_swap =
          i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) && fold(a[i - 2]) == fold(b[j - 1]);
      if (is_swap) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

}  // namespace

std::string nearest(std::string_view wrong, const std::vector<std::string>& known) {
  if (wrong.empty() || wrong.size() > kLongestName) return {};
  std::string best;
  // A third of the letters: "threads" is not near "retry", "concurency" is near "concurrency".
  std::size_t best_distance = std::max<std::size_t>(1, wrong.size() / 3) + 1;
  if (wrong.size() <= 2) best_distance = 1;  // of two letters one wrong is another word
  for (const std::string& name : known) {
    if (name.size() > kLongestName) continue;
    const std::size_t d = distance(wrong, name);
    if (d < best_distance) {
      best_distance = d;
      best = name;
    }
  }
  return best;
}

std::string suggest(std::string_view wrong, const std::vector<std::string>& known) {
  if (known.empty()) return {};
  const std::string near = nearest(wrong, known);
  if (!near.empty()) return "; did you mean " + quote(near) + "?";
  return known.size() == 1 ? "; the only one known is " + known.front()
                           : "; known are " + join(known);
}

std::string join(const std::vector<std::string>& names, std::string_view separator) {
  std::string text;
  for (const std::string& name : names) {
    if (!text.empty()) text += separator;
    text += name;
  }
  return text;
}

}  // namespace capstan::config
