// Readers of written units. Each consumes the whole text or returns nothing.
#include <capstan/sdk/options.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

CAPSTAN_BEGIN_NAMESPACE

namespace {

struct Unit {
  std::string_view name;
  double factor;
};

constexpr std::array<Unit, 8> kTimeUnits{{{"ns", 1},
                                          {"us", 1e3},
                                          {"ms", 1e6},
                                          {"s", 1e9},
                                          {"min", 60e9},
                                          {"m", 60e9},
                                          {"h", 3600e9},
                                          {"d", 86400e9}}};
constexpr std::array<Unit, 9> kByteUnits{{{"B", 1},
                                          {"KB", 1e3},
                                          {"MB", 1e6},
                                          {"GB", 1e9},
                                          {"TB", 1e12},
                                          {"KiB", 1024.0},
                                          {"MiB", 1048576.0},
                                          {"GiB", 1073741824.0},
                                          {"TiB", 1099511627776.0}}};

template <std::size_t N>
std::optional<double> parse_with_unit(std::string_view text, const std::array<Unit, N>& units) {
  const std::size_t split = text.find_last_of("0123456789.");
  if (split == std::string_view::npos) return std::nullopt;
  const auto amount = parse_number(text.substr(0, split + 1));
  std::string_view name = text.substr(split + 1);
  while (!name.empty() && name.front() == ' ') name.remove_prefix(1);
  if (!amount || *amount < 0) return std::nullopt;
  for (const Unit& unit : units) {
    if (unit.name == name) return *amount * unit.factor;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (!std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  if (text == "0") return std::chrono::nanoseconds(0);
  const auto ns = parse_with_unit(text, kTimeUnits);
  if (!ns || *ns > 9.2e18) return std::nullopt;  // the range of 64-bit nanoseconds, 292 years
  return std::chrono::nanoseconds(std::llround(*ns));
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
  if (const auto plain = parse_integer(text)) {
    return *plain < 0 ? std::nullopt : std::optional<std::uint64_t>(*plain);
  }
  const auto bytes = parse_with_unit(text, kByteUnits);
  if (!bytes || *bytes > 9.2e18) return std::nullopt;
  return static_cast<std::uint64_t>(std::llround(*bytes));
}

std::optional<Dimensions> parse_dimensions(std::string_view text) {
  const std::size_t x = text.find('x');
  if (x == std::string_view::npos) return std::nullopt;
  const auto width = parse_integer(text.substr(0, x));
  const auto height = parse_integer(text.substr(x + 1));
  constexpr std::int64_t kMax = 32768;
  auto is_side = [](std::int64_t side) { return side == -1 || (side >= 1 && side <= kMax); };
  if (!width || !height || !is_side(*width) || !is_side(*height)) return std::nullopt;
  if (*width == -1 && *height == -1) return std::nullopt;
  return Dimensions{static_cast<int>(*width), static_cast<int>(*height)};
}

namespace {

// 01:02:03.5 or 02:03
std::optional<double> parse_clock_seconds(std::string_view text) {
  double seconds = 0;
  int n_parts = 0;
  while (true) {
    const std::size_t colon = text.find(':');
    const auto part = parse_number(text.substr(0, colon));
    if (!part || *part < 0 || ++n_parts > 3) return std::nullopt;
    seconds = seconds * 60 + *part;
    if (colon == std::string_view::npos)
      return n_parts >= 2 ? std::optional(seconds) : std::nullopt;
    text.remove_prefix(colon + 1);
  }
}

}  // namespace

std::optional<Position> parse_position(std::string_view text) {
  Position position;
  if (!text.empty() && text.back() == '%') {
    const auto percent = parse_number(text.substr(0, text.size() - 1));
    if (!percent || *percent < 0 || *percent > 100) return std::nullopt;
    position.kind = Position::Kind::percent;
    position.percent = *percent;
    return position;
  }
  position.kind = Position::Kind::time;
  if (const auto time = parse_duration(text)) {
    position.time = *time;
    return position;
  }
  const auto seconds = parse_clock_seconds(text);
  if (!seconds || *seconds > 9.2e9) return std::nullopt;
  position.time = std::chrono::nanoseconds(std::llround(*seconds * 1e9));
  return position;
}

CAPSTAN_END_NAMESPACE
