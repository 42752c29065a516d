#include "markdown.hpp"

#include <algorithm>
#include <regex>
#include <sstream>

#include "folder.hpp"
#include "program.hpp"

namespace e2e {

namespace fs = std::filesystem;

std::vector<std::string> code_blocks(const fs::path& file, const std::string& language) {
  std::vector<std::string> blocks;
  std::istringstream text(read_file(file));
  bool is_inside = false;
  bool is_wanted = false;
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("```")) {
      is_wanted = !is_inside && line == "```" + language;
      if (is_wanted) blocks.emplace_back();
      is_inside = !is_inside;
    } else if (is_wanted) {
      blocks.back() += line + '\n';
    }
  }
  return blocks;
}

std::vector<std::string> linked_files(const fs::path& file) {
  const std::string text = read_file(file);
  const std::regex link(R"re(\]\(([^)#]+)\)|src(?:set)?="([^"]+)")re");
  std::vector<std::string> files;
  for (std::sregex_iterator match(text.begin(), text.end(), link), end; match != end; ++match) {
    const std::string target = (*match)[1].matched ? (*match)[1] : (*match)[2];
    if (target.find("://") == std::string::npos) files.push_back(target);
  }
  return files;
}

std::vector<fs::path> readme_files() {
  std::vector<fs::path> files{source_folder() / "README.md"};
  for (const char* folder : {"sdk", "daemon", "plugins", "tests", "config", "packaging"}) {
    for (const auto& entry : fs::recursive_directory_iterator(source_folder() / folder)) {
      if (entry.path().filename() == "README.md") files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace e2e
