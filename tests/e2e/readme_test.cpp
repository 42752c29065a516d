// The documentation is true: what it shows is run.
#include <gtest/gtest.h>

#include "folder.hpp"
#include "markdown.hpp"
#include "program.hpp"

namespace e2e {
namespace {

namespace fs = std::filesystem;

TEST(Readme, EveryConfigurationThatIsShownPassesTheCheck) {
  const Folder folder;
  int n_checked = 0;
  for (const fs::path& readme : readme_files()) {
    for (const std::string& yaml : code_blocks(readme, "yaml")) {
      // Fragments are for reading; what names pipelines is whole.
      if (("\n" + yaml).find("\npipelines:") == std::string::npos) continue;
      const Result result = run_capstan({"check", folder.write("shown.yaml", yaml).string()});
      EXPECT_EQ(result.exit_code, 0) << readme << '\n' << yaml << result.all();
      ++n_checked;
    }
  }
  EXPECT_GT(n_checked, 0);
}

TEST(Readme, EveryFileThatIsNamedIsThere) {
  for (const fs::path& readme : readme_files()) {
    for (const std::string& target : linked_files(readme)) {
      EXPECT_TRUE(fs::exists(readme.parent_path() / target)) << readme << " names " << target;
    }
  }
}

TEST(Readme, TheFirstCommandsAreThereAndCanBeRun) {
  const std::string text = read_file(source_folder() / "README.md");
  for (const char* command : {"packaging/quickstart.sh", "tests/run.sh"}) {
    EXPECT_NE(text.find(std::string("    ") + command), std::string::npos) << command;
    const fs::perms perms = fs::status(source_folder() / command).permissions();
    EXPECT_NE(perms & fs::perms::owner_exec, fs::perms::none) << command;
  }
}

TEST(Readme, EveryProgramThatIsListedAnswers) {
  const std::string text = read_file(source_folder() / "README.md");
  for (const char* command : {"run", "check", "inspect"}) {
    EXPECT_NE(text.find(std::string("| `capstan ") + command), std::string::npos) << command;
    EXPECT_EQ(run_capstan({command, "--help"}).exit_code, 0) << command;
  }
  EXPECT_EQ(run({capstand(), "--help"}).exit_code, 0);
}

TEST(Readme, EveryPackageThatItSpeaksOfIsInTheList) {
  const Result list =
      run({(source_folder() / "packaging/dependencies.sh").string(), "--list", "build", "tests"});
  EXPECT_EQ(list.exit_code, 0);
  for (const char* package : {"libevent-dev", "libyaml-cpp-dev", "libavformat-dev", "clang"}) {
    EXPECT_FALSE(list.lines_with(package).empty()) << package;
  }
}

}  // namespace
}  // namespace e2e
