#include "cli/schema_options.hpp"

#include <capstan/sdk/options.hpp>

namespace capstan::cli {

namespace {

void add_range(const Option& option, Json& schema) {
  const std::string_view range = option.range ? option.range : "";
  const std::size_t dots = range.find("..");
  if (dots == std::string_view::npos) return;
  const auto add = [&](const char* key, std::string_view text) {
    if (const auto whole = parse_integer(text)) {
      schema[key] = *whole;
    } else if (const auto number = parse_number(text)) {
      schema[key] = *number;
    }
  };
  add("minimum", range.substr(0, dots));
  add("maximum", range.substr(dots + 2));
}

// As it would stand in YAML, where a number is no text.
Json default_of(const Option& option) {
  const std::string_view text = option.default_value;
  if (option.type == OptionType::boolean) return text == "true";
  if (option.type == OptionType::integer) {
    if (const auto whole = parse_integer(text)) return *whole;
  }
  if (option.type == OptionType::number) {
    if (const auto number = parse_number(text)) return *number;
  }
  return std::string(text);
}

Json choices(const Option& option) {
  Json names = Json::array();
  std::string_view rest = option.range ? option.range : "";
  while (true) {
    const std::size_t bar = rest.find('|');
    names.push_back(std::string(rest.substr(0, bar)));
    if (bar == std::string_view::npos) break;
    rest.remove_prefix(bar + 1);
  }
  return {{"anyOf", {{{"enum", names}}, {{"type", "string"}, {"pattern", R"(\$\{)"}}}}};
}

Json one_value(const Option& option) {
  switch (option.type) {
    case OptionType::boolean:
      return {{"type", {"boolean", "string"}},
              {"pattern", std::string("^(true|false)$") + kVariable}};
    case OptionType::integer: {
      Json schema = number("integer", "^-?[0-9]+$");
      add_range(option, schema);
      return schema;
    }
    case OptionType::number: {
      Json schema = number("number", R"(^-?[0-9.]+(e-?[0-9]+)?$)");
      add_range(option, schema);
      return schema;
    }
    case OptionType::choice:
      return choices(option);
    case OptionType::duration:
      return number("integer", kDuration);
    case OptionType::bytes:
      return number("integer", kBytes);
    case OptionType::dimensions:
      return pattern(R"(^-?[0-9]+x-?[0-9]+$)");
    case OptionType::position:
      return number("integer", R"(^([0-9.]+%|[0-9.]+ ?(ns|us|ms|s|min|m|h|d)|[0-9:.]+)$)");
    case OptionType::text:
    case OptionType::invalid:
      break;
  }
  return {{"type", {"string", "number", "boolean"}}};  // any scalar is text
}

Json option_schema(const Option& option) {
  Json schema = one_value(option);
  if (option.is_map) schema = {{"type", "object"}, {"additionalProperties", schema}};
  if (option.is_list) {
    const Json one = schema;
    schema = {{"anyOf", {one, {{"type", "array"}, {"items", one}}}}};
  }
  if (option.help) {
    schema["description"] = std::string(option.help) + " (" + describe_expected(option) + ")";
  }
  if (option.default_value && *option.default_value) schema["default"] = default_of(option);
  return schema;
}

void require(Json& schema, const std::string& name) {
  Json& names = schema["required"];
  if (names.is_null()) names = Json::array();
  for (const Json& known : names) {
    if (known == name) return;
  }
  names.push_back(name);
}

}  // namespace

Json with_schema(const StageType& type) {
  Json schema = object();
  for (std::size_t i = 0; i < type.n_options; ++i) {
    const Option& option = type.options[i];
    std::string_view name = option.name;
    Json* level = &schema;
    std::size_t dot = 0;
    while ((dot = name.find('.')) != std::string_view::npos) {
      const std::string group(name.substr(0, dot));
      if (!option.default_value) require(*level, group);
      Json& inner = (*level)["properties"][group];
      if (inner.is_null()) inner = object();
      level = &inner;
      name.remove_prefix(dot + 1);
    }
    const std::string last(name);
    if (!option.default_value) require(*level, last);
    (*level)["properties"][last] = option_schema(option);
  }
  return schema;
}

}  // namespace capstan::cli
