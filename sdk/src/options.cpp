#include <capstan/sdk/options.hpp>

#include <algorithm>
#include <stdexcept>

CAPSTAN_BEGIN_NAMESPACE

namespace {

std::string_view range_of(const Option& option) { return option.range ? option.range : ""; }

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::optional<double> measure(OptionType type, std::string_view text) {
  if (type == OptionType::duration) {
    const auto time = parse_duration(text);
    return time ? std::optional<double>(static_cast<double>(time->count())) : std::nullopt;
  }
  if (type == OptionType::bytes) {
    const auto bytes = parse_bytes(text);
    return bytes ? std::optional<double>(static_cast<double>(*bytes)) : std::nullopt;
  }
  return parse_number(text);
}

bool is_in_range(const Option& option, std::string_view text) {
  const std::string_view range = range_of(option);
  if (range.empty()) return true;
  const std::size_t dots = range.find("..");
  const auto value = measure(option.type, text);
  const auto low = measure(option.type, range.substr(0, dots));
  const auto high = measure(option.type, range.substr(dots + 2));
  return value && (!low || *value >= *low) && (!high || *value <= *high);
}

bool is_of_type(const Option& option, std::string_view text) {
  switch (option.type) {
    case OptionType::boolean:
      return text == "true" || text == "false";
    case OptionType::integer:
      return parse_integer(text) && is_in_range(option, text);
    case OptionType::number:
      return parse_number(text) && is_in_range(option, text);
    case OptionType::duration:
      return parse_duration(text) && is_in_range(option, text);
    case OptionType::bytes:
      return parse_bytes(text) && is_in_range(option, text);
    case OptionType::dimensions:
      return parse_dimensions(text).has_value();
    case OptionType::position:
      return parse_position(text).has_value();
    case OptionType::text:
      return true;
    case OptionType::choice: {
      const auto choices = split(range_of(option), '|');
      return std::find(choices.begin(), choices.end(), text) != choices.end();
    }
    case OptionType::invalid:
      break;
  }
  return false;
}

std::string describe_range(const Option& option) {
  const std::string_view range = range_of(option);
  const std::size_t dots = range.find("..");
  if (dots == std::string_view::npos) return {};
  const std::string low(range.substr(0, dots));
  const std::string high(range.substr(dots + 2));
  if (high.empty()) return ", " + low + " or more";
  if (low.empty()) return ", " + high + " or less";
  return " from " + low + " to " + high;
}

std::string describe_one(const Option& option) {
  switch (option.type) {
    case OptionType::boolean:
      return "true or false";
    case OptionType::integer:
      return "a whole number" + describe_range(option);
    case OptionType::number:
      return "a number" + describe_range(option);
    case OptionType::text:
      return "text";
    case OptionType::duration:
      return "a duration such as 10ms or 2s" + describe_range(option);
    case OptionType::bytes:
      return "a size such as 64KiB or 1GiB" + describe_range(option);
    case OptionType::dimensions:
      return "a size such as 320x240 or 320x-1";
    case OptionType::position:
      return "a place such as 10%, 1.5s or 00:01:30";
    case OptionType::choice: {
      std::string text = "one of";
      const char* separator = " ";
      for (const std::string_view choice : split(range_of(option), '|')) {
        text.append(separator).append(choice);
        separator = ", ";
      }
      return text;
    }
    case OptionType::invalid:
      break;
  }
  return "nothing";
}

}  // namespace

std::string describe_expected(const Option& option) {
  if (option.is_map) return "a map, each value " + describe_one(option);
  return option.is_list ? "a list, each " + describe_one(option) : describe_one(option);
}

struct Options::Impl {
  const Option* table;
  std::size_t n_options;
  std::vector<std::optional<std::vector<std::string>>> values;

  std::size_t find(std::string_view name) const {
    for (std::size_t i = 0; i < n_options; ++i) {
      if (name == table[i].name) return i;
    }
    throw std::logic_error("no option is named '" + std::string(name) + "'");
  }
  const std::string& single(std::string_view name) const {
    const auto& value = values[find(name)];
    if (!value || value->empty()) {
      throw std::logic_error("option '" + std::string(name) + "' was not given");
    }
    return value->front();
  }
};

Options::Options(const Option* table, std::size_t n_options)
    : impl_(std::make_unique<Impl>(Impl{table, n_options, {}})) {
  impl_->values.resize(n_options);
  for (std::size_t i = 0; i < n_options; ++i) {
    const char* fallback = table[i].default_value;
    if (!fallback || !*fallback) continue;
    std::vector<std::string> values;
    if (table[i].is_list || table[i].is_map) {
      for (const std::string_view part : split(fallback, ',')) values.emplace_back(part);
    } else {
      values.emplace_back(fallback);
    }
    if (const auto expected = set(table[i].name, values)) {
      throw std::logic_error(std::string("default of option '") + table[i].name + "' is not " +
                             *expected);
    }
  }
}

Options::~Options() = default;
Options::Options(Options&&) noexcept = default;
Options& Options::operator=(Options&&) noexcept = default;

std::optional<std::string> Options::set(std::string_view name,
                                        const std::vector<std::string>& values) {
  const std::size_t row = impl_->find(name);
  const Option& option = impl_->table[row];
  if (!option.is_list && !option.is_map && values.size() != 1) return describe_expected(option);
  for (const std::string& value : values) {
    if (option.is_map) {
      const std::size_t equals = value.find('=');
      if (equals == std::string::npos || equals == 0) return describe_expected(option);
      if (!is_of_type(option, std::string_view(value).substr(equals + 1))) {
        return describe_expected(option);
      }
    } else if (!is_of_type(option, value)) {
      return describe_expected(option);
    }
  }
  impl_->values[row] = values;
  return std::nullopt;
}

std::vector<std::string> Options::missing() const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < impl_->n_options; ++i) {
    if (!impl_->table[i].default_value && !impl_->values[i])
      names.emplace_back(impl_->table[i].name);
  }
  return names;
}

bool Options::has(std::string_view name) const {
  return impl_->values[impl_->find(name)].has_value();
}
bool Options::boolean(std::string_view name) const { return impl_->single(name) == "true"; }
std::int64_t Options::integer(std::string_view name) const {
  return parse_integer(impl_->single(name)).value();
}
double Options::number(std::string_view name) const {
  return parse_number(impl_->single(name)).value();
}
std::string Options::text(std::string_view name) const {
  return has(name) ? impl_->single(name) : std::string();
}
std::chrono::nanoseconds Options::duration(std::string_view name) const {
  return parse_duration(impl_->single(name)).value();
}
std::uint64_t Options::bytes(std::string_view name) const {
  return parse_bytes(impl_->single(name)).value();
}
Dimensions Options::dimensions(std::string_view name) const {
  return parse_dimensions(impl_->single(name)).value();
}
std::vector<std::pair<std::string, std::string>> Options::map(std::string_view name) const {
  std::vector<std::pair<std::string, std::string>> entries;
  for (const std::string& entry : list(name)) {
    const std::size_t equals = entry.find('=');
    entries.emplace_back(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return entries;
}
std::vector<std::string> Options::list(std::string_view name) const {
  return impl_->values[impl_->find(name)].value_or(std::vector<std::string>());
}
std::vector<Position> Options::positions(std::string_view name) const {
  std::vector<Position> positions;
  for (const std::string& text : list(name)) positions.push_back(parse_position(text).value());
  return positions;
}

CAPSTAN_END_NAMESPACE
