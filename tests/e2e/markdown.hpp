// What documentation promises, so that tests can hold it to that.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace e2e {

/// The fenced code blocks of one language in a Markdown file, in order.
std::vector<std::string> code_blocks(const std::filesystem::path& file,
                                     const std::string& language);

/// Files of the tree that links and pictures of a Markdown file point to, as they are written.
std::vector<std::string> linked_files(const std::filesystem::path& file);

/// All README.md files of the source tree.
std::vector<std::filesystem::path> readme_files();

}  // namespace e2e
