// Option tables: one table per stage type parses the YAML, prints `capstan inspect`, the JSON
// Schema and the reference manual.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <capstan/sdk/export.hpp>

CAPSTAN_BEGIN_NAMESPACE

enum class OptionType : std::uint8_t {
  invalid = 0,
  boolean,     ///< true | false
  integer,     ///< 64-bit, `range` "1..100", either end may be left out
  number,      ///< double, `range` as above
  text,        ///< any string
  choice,      ///< one of `range`, written "jpeg|png|webp"
  duration,    ///< 10ms, 1.5s, 2min, 1h; `range` may bound it: "1ms.."
  bytes,       ///< 64KiB, 10MB, 1GiB, or a plain number
  dimensions,  ///< 320x240; -1 on one side keeps the aspect ratio
  position,    ///< a place in media: 10%, 1.5s, 01:02:03.5
};

/// One row of an option table. Plain data. Nested YAML maps are dotted names: `video: {at: 10%}`
/// sets "video.at".
struct Option {
  const char* name = nullptr;
  OptionType type = OptionType::invalid;
  /// As it would stand in YAML; null: the option must be given; "" : absent unless given.
  const char* default_value = nullptr;
  const char* help = nullptr;
  const char* range = nullptr;
  /// Takes a list of `type`; a single value is a list of one.
  bool is_list = false;
  /// `capstan run CONFIG INPUT...` puts the INPUTs here (a source's list of places to read).
  bool takes_inputs = false;
  /// Takes a map of any keys, each with a value of `type`, for settings that a library names:
  /// `video: {options: {preset: fast}}`. Its written values are "preset=fast".
  bool is_map = false;
};

struct Dimensions {
  int width = 0;
  int height = 0;
};

/// A place in media, from its start.
struct Position {
  enum class Kind : std::uint8_t { invalid = 0, time, percent };
  Kind kind = Kind::invalid;
  std::chrono::nanoseconds time{0};
  double percent = 0;  ///< 0..100
};

/// Readers of written units, shared by option tables and the daemon's own keys. Each returns
/// nothing for text that is not of the form.
CAPSTAN_EXPORT std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text);
CAPSTAN_EXPORT std::optional<std::uint64_t> parse_bytes(std::string_view text);
CAPSTAN_EXPORT std::optional<Dimensions> parse_dimensions(std::string_view text);
CAPSTAN_EXPORT std::optional<Position> parse_position(std::string_view text);
/// Decimal; the whole text must be consumed, "nan" and "inf" are refused.
CAPSTAN_EXPORT std::optional<std::int64_t> parse_integer(std::string_view text);
CAPSTAN_EXPORT std::optional<double> parse_number(std::string_view text);

/// "a duration such as 10ms or 2s, 1ms or more": what a value of this option looks like.
CAPSTAN_EXPORT std::string describe_expected(const Option& option);

/// The values of a stage's options, checked against its table. Values are typed when read;
/// reading a name that the table lacks throws std::logic_error, a bug of the plugin.
/// Immutable after construction; may be read on any thread.
class CAPSTAN_EXPORT Options {
 public:
  Options(const Option* table, std::size_t n_options);
  ~Options();
  Options(Options&&) noexcept;
  Options& operator=(Options&&) noexcept;

  /// Sets an option from its written form(s). Returns nothing on success, else what was expected.
  /// An unknown name is the caller's to find: it throws.
  std::optional<std::string> set(std::string_view name, const std::vector<std::string>& values);
  /// Names that must be given and were not.
  std::vector<std::string> missing() const;

  bool has(std::string_view name) const;
  bool boolean(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  double number(std::string_view name) const;
  std::string text(std::string_view name) const;
  std::chrono::nanoseconds duration(std::string_view name) const;
  std::uint64_t bytes(std::string_view name) const;
  Dimensions dimensions(std::string_view name) const;
  /// The keys and written values of a map option, in the order in which they were given.
  std::vector<std::pair<std::string, std::string>> map(std::string_view name) const;
  /// The written values of a list option.
  std::vector<std::string> list(std::string_view name) const;
  std::vector<Position> positions(std::string_view name) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

CAPSTAN_END_NAMESPACE
