// "did you mean": the known name closest to a wrong one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace capstan::config {

/// The known name that a slip of the keyboard turns into `wrong`, or nothing when none is close.
std::string nearest(std::string_view wrong, const std::vector<std::string>& known);

/// "; did you mean 'stages'?", or the known names when none is close, or nothing if none exist.
std::string suggest(std::string_view wrong, const std::vector<std::string>& known);

/// "a, b, c"
std::string join(const std::vector<std::string>& names, std::string_view separator = ", ");

}  // namespace capstan::config
