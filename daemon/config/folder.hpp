// What is in a folder.
#pragma once

#include <string>
#include <system_error>
#include <vector>

namespace capstan::config {

/// The names in `folder`, sorted, without "." and "..", or why it cannot be read. Blocks. Throws
/// std::bad_alloc, where the standard library's iterator would end the process.
std::error_code list_folder(const std::string& folder, std::vector<std::string>& names);

}  // namespace capstan::config
