// A plugin that is built by its author from what was installed, and nothing of this tree.
#include <gtest/gtest.h>

#include "folder.hpp"
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

  Folder folder_;
  fs::path pkgconfig_;
};

TEST_F(OwnPlugin, IsBuiltFromTheInstalledSdkAndRuns) {
  // README.md shows this file.
  const std::string source = read_file(source_folder() / "sdk/examples/upper.cpp");
  folder_.write("upper.cpp", source);
  const Result built = shell(
      "mkdir own && g++ -std=c++20 -shared -fPIC -o own/upper.so upper.cpp "
      "$(pkg-config --cflags --libs capstan-sdk)");
  ASSERT_EQ(built.exit_code, 0) << built.all();

  // Bytes in, bytes out: the encoder's picture is not text, but turning what looks like lower case
  // letters into capitals changes it, which shows that the stage has run.
  make_photo(folder_ / "media/one.jpg");
  std::string yaml = thumbnails_yaml(folder_ / "media", folder_ / "thumbs");
  const fs::path plain = folder_.write("plain.yaml", yaml);
  ASSERT_EQ(run_capstan({"run", plain.string()}).exit_code, 0);
  const std::string before = read_file(folder_ / "thumbs/one.jpg/0.jpg");
  const std::string path = "  plugin_path:\n";
  yaml.insert(yaml.find(path) + path.size(),
              "    - " + yaml_string((folder_ / "own").string()) + "\n");
  yaml.insert(yaml.find("      - use: write"),
              "      - use: upper\n        with: { suffix: \"-seen\" }\n");
  const fs::path config = folder_.write("own.yaml", yaml);
  const Result result = run_capstan({"run", config.string()});
  ASSERT_EQ(result.exit_code, 0) << result.all();
  const std::string after = read_file(folder_ / "thumbs/one.jpg/0.jpg");
  EXPECT_EQ(after.size(), before.size() + 5);
  EXPECT_TRUE(after.ends_with("-seen"));
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
