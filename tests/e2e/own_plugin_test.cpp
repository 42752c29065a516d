// A plugin that is built by its author from what was installed, and nothing of this tree.
#include <gtest/gtest.h>

#include <algorithm>

#include "folder.hpp"
#include "markdown.hpp"
#include "program.hpp"

namespace e2e {
namespace {

namespace fs = std::filesystem;

class OwnPlugin : public testing::Test {
 protected:
  void SetUp() override {
    const Result result = run({"meson", "install", "-C", build_folder().string(), "--no-rebuild",
                               "--quiet", "--destdir", installed().string()});
    ASSERT_EQ(result.exit_code, 0) << result.all();
    for (const auto& entry : fs::recursive_directory_iterator(installed())) {
      if (entry.path().filename() == "capstan-sdk.pc") pkgconfig_ = entry.path().parent_path();
    }
    ASSERT_FALSE(pkgconfig_.empty()) << "capstan-sdk.pc was not installed";
  }
  fs::path installed() const { return folder_ / "installed"; }

  Result shell(const std::string& command) const {
    Options options;
    options.folder = folder_.path();
    options.environment["PKG_CONFIG_PATH"] = pkgconfig_.string();
    options.environment["PKG_CONFIG_SYSROOT_DIR"] = installed().string();
    return run({"sh", "-c", command}, options);
  }

  /// The folder of plugins that was installed.
  Options plugins() const {
    Options options;
    options.environment["CAPSTAN_PLUGIN_PATH"] =
        (pkgconfig_.parent_path() / "capstan/plugins").string();
    return options;
  }

  Folder folder_;
  fs::path pkgconfig_;
};

// The plugin that README.md shows, built by the commands that README.md shows.
TEST_F(OwnPlugin, IsBuiltFromTheInstalledSdkAndRuns) {
  const fs::path readme = source_folder() / "README.md";
  const auto sources = code_blocks(readme, "cpp");
  const auto commands = code_blocks(readme, "sh");
  ASSERT_EQ(sources.size(), 1U);
  ASSERT_EQ(commands.size(), 1U);
  EXPECT_LE(std::count(sources[0].begin(), sources[0].end(), '\n'), 40) << "short enough to read";
  folder_.write("at_least.cpp", sources[0]);
  const Result built = shell("set -e\n" + commands[0]);
  ASSERT_EQ(built.exit_code, 0) << built.all();

  make_photo(folder_ / "media/one.jpg");
  std::size_t n_expected = 1;
  for (const char* size : {"1B", "1GiB"}) {
    fs::remove_all(folder_ / "thumbs");
    std::string yaml = thumbnails_yaml(folder_ / "media", folder_ / "thumbs");
    yaml.erase(0, yaml.find("pipelines:"));
    yaml.insert(yaml.find("      - use: write"),
                std::string("      - use: at_least\n        with: { size: ") + size + " }\n");
    const Result result = run_capstan({"run", folder_.write("own.yaml", yaml).string()}, plugins());
    EXPECT_EQ(result.exit_code, 0) << result.all();
    EXPECT_EQ(files_below(folder_ / "thumbs").size(), n_expected--) << result.all();
  }
  const Result shown = run_capstan({"inspect", "at_least"}, plugins());
  EXPECT_FALSE(shown.lines_with("the least size that passes").empty()) << shown.all();
}

TEST_F(OwnPlugin, TheAsyncExampleIsBuiltAlike) {
  folder_.write("delay.cpp", read_file(source_folder() / "sdk/examples/delay.cpp"));
  const Result built = shell(
      "g++ -std=c++20 -shared -fPIC -o delay.so delay.cpp "
      "$(pkg-config --cflags --libs capstan-sdk)");
  ASSERT_EQ(built.exit_code, 0) << built.all();
}

TEST_F(OwnPlugin, TheInstalledProgramsRun) {
  // From the place they were installed to, with the plugins they find by themselves.
  std::string program;
  std::string libraries;
  for (const auto& entry : fs::recursive_directory_iterator(installed())) {
    if (entry.path().filename() == "capstan" && entry.path().parent_path().filename() == "bin") {
      program = entry.path().string();
    }
    if (entry.path().filename() == "libcapstan-sdk.so") {
      libraries = entry.path().parent_path().string();
    }
  }
  ASSERT_FALSE(program.empty());
  Options options;
  options.environment["LD_LIBRARY_PATH"] = libraries;
  const Result result = run({program, "--help"}, options);
  EXPECT_EQ(result.exit_code, 0) << result.all();
}

}  // namespace
}  // namespace e2e
