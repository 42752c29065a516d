// `${NAME}` and `${NAME:-default}` in values.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace capstan::config {

using Environment = std::map<std::string, std::string, std::less<>>;

/// The environment of this process. Not while another thread changes it.
Environment process_environment();

/// The text with every variable replaced, or nothing after telling `complain` what is wrong.
/// `${NAME:-default}` gives the default when NAME is unset or empty, as in the shell; `$${` stands
/// for a plain `${`. What a variable holds is text: it is not looked into again.
std::optional<std::string> substitute(std::string_view text, const Environment& environment,
                                      const std::function<void(std::string)>& complain);

}  // namespace capstan::config
