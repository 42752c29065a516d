#include "cli/schema_values.hpp"

namespace capstan::cli {

Json pattern(const std::string& expression) {
  return {{"type", "string"}, {"pattern", expression + kVariable}};
}

Json number(const char* type, const char* expression) {
  return {{"type", {type, "string"}}, {"pattern", std::string(expression) + kVariable}};
}

Json object() {
  return {{"type", "object"}, {"properties", Json::object()}, {"additionalProperties", false}};
}

Json whole_number(std::uint64_t low, std::uint64_t high, const char* help) {
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

}  // namespace capstan::cli
