// Pieces of the schema: values as they may be written in YAML.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace capstan::cli {

using Json = nlohmann::ordered_json;

inline constexpr const char* kDuration = R"(^(0|[0-9.]+ ?(ns|us|ms|s|min|m|h|d))$)";
inline constexpr const char* kBytes = R"(^[0-9.]+ ?([KMGT]?i?B)?$)";
// A scalar may be written with variables of the environment, whose text no editor knows.
inline constexpr const char* kVariable = R"(|\$\{)";

/// Text of that form.
Json pattern(const std::string& expression);
/// A number of that JSON type, or text of that form.
Json number(const char* type, const char* expression);
/// A whole number of this range.
Json whole_number(std::uint64_t low, std::uint64_t high, const char* help);
/// A map that knows no key yet.
Json object();
Json described(Json schema, const char* help);

}  // namespace capstan::cli
