#include "config/environment.hpp"

#include <unistd.h>

#include <vector>

#include "config/faults.hpp"
#include "config/nearest.hpp"

namespace capstan::config {

namespace {

bool is_variable_name(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  return name.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") ==
         std::string_view::npos;
}

// The value of what stands between the braces.
std::optional<std::string> value_of(std::string_view inside, const Environment& environment,
                                    const std::function<void(std::string)>& complain) {
  const std::size_t colon = inside.find(":-");
  const std::string_view name = inside.substr(0, colon);
  if (!is_variable_name(name)) {
    complain(quote("${" + std::string(inside) + "}") +
             " is not a variable: expected ${NAME} or ${NAME:-default}; a plain '${' is written "
             "'$${'");
    return std::nullopt;
  }
  const auto variable = environment.find(name);
  const bool is_set = variable != environment.end();
  if (colon != std::string_view::npos) {
    if (is_set && !variable->second.empty()) return variable->second;
    return std::string(inside.substr(colon + 2));
  }
  if (is_set) return variable->second;
  std::vector<std::string> names;
  for (const auto& known : environment) names.push_back(known.first);
  const std::string near = nearest(name, names);
  complain("the environment variable " + quote(name) + " is not set" +
           (near.empty() ? "; set it or give a default as in ${" + std::string(name) + ":-...}"
                         : "; did you mean " + quote(near) + "?"));
  return std::nullopt;
}

}  // namespace

Environment process_environment() {
  Environment environment;
  for (char** entry = environ; entry && *entry; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

std::optional<std::string> substitute(std::string_view text, const Environment& environment,
                                      const std::function<void(std::string)>& complain) {
  std::string result;
  bool is_good = true;
  while (true) {
    const std::size_t at = text.find("${");
    result += text.substr(0, at);
    if (at == std::string_view::npos) break;
    if (at > 0 && text[at - 1] == '$') {
      result += '{';  // "$${": the first '$' is there already, the second goes
      text.remove_prefix(at + 2);
      continue;
    }
    const std::size_t end = text.find('}', at);
    if (end == std::string_view::npos) {
      complain("'${' without its '}'; a plain '${' is written '$${'");
      return std::nullopt;
    }
    const auto value = value_of(text.substr(at + 2, end - at - 2), environment, complain);
    if (value) result += *value;
    is_good = is_good && value;
    text.remove_prefix(end + 1);
  }
  return is_good ? std::optional(result) : std::nullopt;
}

}  // namespace capstan::config
