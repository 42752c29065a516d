#include "cli/schema.hpp"

#include <nlohmann/json.hpp>

#include <capstan/sdk/options.hpp>

namespace capstan::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kDraft = "http://json-schema.org/draft-07/schema#";
// A scalar may be written with variables of the environment, whose text no editor knows.
constexpr const char* kVariable = R"(|\$\{)";
constexpr const char* kDuration = R"(^(0|[0-9.]+ ?(ns|us|ms|s|min|m|h|d))$)";
constexpr const char* kBytes = R"(^[0-9.]+ ?([KMGT]?i?B)?$)";

Json pattern(const std::string& expression) {
  return {{"type", "string"}, {"pattern", expression + kVariable}};
}

Json number(const char* type, const char* expression) {
  return {{"type", {type, "string"}}, {"pattern", std::string(expression) + kVariable}};
}

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

Json object() {
  return {{"type", "object"}, {"properties", Json::object()}, {"additionalProperties", false}};
}

void require(Json& schema, const std::string& name) {
  Json& names = schema["required"];
  if (names.is_null()) names = Json::array();
  for (const Json& known : names) {
    if (known == name) return;
  }
  names.push_back(name);
}

// Dotted names become nested objects.
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

Json count(std::uint64_t low, std::uint64_t high, const char* help) {
  Json schema = number("integer", "^[0-9]+$");
  schema["minimum"] = low;
  schema["maximum"] = high;
  schema["description"] = help;
  return schema;
}

Json described(Json schema, const char* help) {
  schema["description"] = help;
  return schema;
}

Json engine_keys() {
  Json queue = object();
  queue["properties"]["items"] = count(1, 65536, "items that may wait");
  queue["properties"]["bytes"] = described(number("integer", kBytes), "bytes that may wait");
  Json retry = object();
  retry["properties"]["times"] = count(0, 100, "tries after the first");
  retry["properties"]["backoff"] =
      described(pattern(kDuration), "pause before the first retry; doubles each time");
  retry["required"] = {"times"};
  const Json text = {{"type", "string"}};
  return {
      {"id", described(text, "name of the stage; default: the stage type")},
      {"from", described({{"anyOf", {text, {{"type", "array"}, {"items", text}, {"minItems", 1}}}}},
                         "the stage or stages that the items come from; default: the one above")},
      {"concurrency", count(1, 1024, "items (or jobs) that are inside of the stage at once")},
      {"queue", described({{"anyOf", {count(1, 65536, "items that may wait"), queue}}},
                          "what may wait in front of the stage")},
      {"order", described({{"enum", {"job", "none", "global"}}}, "in which order items go on")},
      {"timeout", described(pattern(kDuration), "of one item in this stage")},
      {"retry", described({{"anyOf", {count(0, 100, "tries after the first"), retry}}},
                          "more tries of an item that failed")},
      {"on_error", described({{"enum", {"fail", "drop"}}},
                             "what becomes of the job when an item fails for the last time")}};
}

Json stage_form(const std::vector<graph::CatalogEntry>& entries) {
  Json schema = object();
  Json names = Json::array();
  Json cases = Json::array();
  for (const graph::CatalogEntry& entry : entries) {
    const std::string name = entry.type->name;
    Json known = {{"const", name}};
    if (entry.type->summary) known["description"] = entry.type->summary;
    names.push_back(known);
    Json then = {{"properties", {{"with", with_schema(*entry.type)}}}};
    if (then["properties"]["with"].contains("required")) then["required"] = {"with"};
    cases.push_back({{"if", {{"properties", {{"use", {{"const", name}}}}}}}, {"then", then}});
  }
  schema["properties"]["use"] = {{"description", "the stage type"}};
  if (!names.empty()) schema["properties"]["use"]["anyOf"] = names;
  schema["properties"]["with"] = {{"type", "object"}, {"description", "the stage type's options"}};
  schema["properties"].update(engine_keys());
  schema["required"] = {"use"};
  if (!cases.empty()) schema["allOf"] = cases;
  return schema;
}

Json daemon_form() {
  Json schema = object();
  schema["properties"] = {
      {"workers", described({{"anyOf", {{{"const", "auto"}}, count(1, 1024, "threads")}}},
                            "threads that run sync stages; auto: one a CPU")},
      {"memory", described(number("integer", kBytes), "bytes of payload in flight")},
      {"plugin_path", described({{"type", "array"}, {"items", {{"type", "string"}}}},
                                "folders to load plugins from")}};
  return schema;
}

}  // namespace

std::string configuration_schema(const std::vector<graph::CatalogEntry>& entries) {
  Json pipeline = object();
  pipeline["properties"]["stages"] = {
      {"type", "array"}, {"minItems", 1}, {"items", stage_form(entries)}};
  pipeline["properties"]["max_failures"] =
      count(1, 1000000000, "failed jobs after which no more are taken in");
  pipeline["required"] = {"stages"};
  Json schema = {{"$schema", kDraft}, {"title", "Capstan configuration"}};
  schema.update(object());
  schema["properties"]["daemon"] = daemon_form();
  schema["properties"]["pipelines"] = {{"type", "object"}, {"additionalProperties", pipeline}};
  return schema.dump(2, ' ', false, Json::error_handler_t::replace);
}

std::string stage_schema(const StageType& type) {
  Json schema = {{"$schema", kDraft}, {"title", std::string("Options of ") + type.name}};
  schema.update(with_schema(type));
  return schema.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace capstan::cli
