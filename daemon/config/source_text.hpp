// What must hold for the bytes of a file before a YAML parser sees them.
#pragma once

#include <string>
#include <string_view>

#include "config/faults.hpp"

namespace capstan::config {

/// Reports text that is too large, not UTF-8, or has control characters or tabs as indentation.
/// Returns whether it can be parsed.
bool check_source_text(std::string_view text, const std::string& file, Faults& faults);

/// The `line`th line, from 1, without its end; empty when there is none.
std::string_view line_of(std::string_view text, std::size_t line);

}  // namespace capstan::config
