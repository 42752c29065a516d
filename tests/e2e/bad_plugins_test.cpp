// Plugins that are wrong: one clear line each, and everything else goes on.
#include <gtest/gtest.h>

#include "folder.hpp"
#include "program.hpp"

namespace e2e {
namespace {

namespace fs = std::filesystem;

class BadPlugins : public testing::Test {
 protected:
  void SetUp() override {
    make_photo(folder_ / "media/one.jpg");
    make_photo(folder_ / "media/two.jpg");
    fs::create_directories(plugins());
  }
  fs::path plugins() const { return folder_ / "plugins"; }
  fs::path thumbs() const { return folder_ / "thumbs"; }

  /// Puts a fixture of tests/bad_plugins/ into the plugin path.
  void add(const std::string& name) const {
    fs::copy(build_folder() / "tests/bad_plugins" / (name + ".so"), plugins() / (name + ".so"));
  }
  /// The thumbnail pipeline with the bad folder in its path, and stages put before `write`.
  fs::path config(const std::string& stages_before_write = "") const {
    std::string yaml = thumbnails_yaml(folder_ / "media", thumbs());
    const std::string path = "  plugin_path:\n";
    yaml.insert(yaml.find(path) + path.size(), "    - " + yaml_string(plugins().string()) + "\n");
    yaml.insert(yaml.find("      - use: write"), stages_before_write);
    return folder_.write("t.yaml", yaml);
  }
  Result check() const { return run_capstan({"check", config().string()}); }

  void expect_one_line_and_the_rest_works(const std::string& file, const std::string& words) const {
    const Result checked = check();
    const auto lines = checked.lines_with(file);
    ASSERT_EQ(lines.size(), 1U) << checked.all();
    EXPECT_NE(lines[0].find(words), std::string::npos) << lines[0];
    const Result result = run_capstan({"run", config().string()});
    EXPECT_EQ(result.exit_code, 0) << result.all();
    EXPECT_EQ(files_below(thumbs()).size(), 2U) << result.all();
  }

  Folder folder_;
};

TEST_F(BadPlugins, NoLibraryAtAll) {
  folder_.write("plugins/text.so", "not a library");
  expect_one_line_and_the_rest_works("text.so", "");
}

TEST_F(BadPlugins, AnEmptyFile) {
  folder_.write("plugins/empty.so", "");
  expect_one_line_and_the_rest_works("empty.so", "");
}

TEST_F(BadPlugins, ALibraryThatIsNoPlugin) {
  add("bad-no-symbol");
  expect_one_line_and_the_rest_works("bad-no-symbol.so", "capstan_plugin");
}

TEST_F(BadPlugins, AnotherMagic) {
  add("bad-wrong-magic");
  expect_one_line_and_the_rest_works("bad-wrong-magic.so", "");
}

TEST_F(BadPlugins, AnOlderAbiIsToldWithBothTags) {
  add("bad-old-abi");
  expect_one_line_and_the_rest_works("bad-old-abi.so", "capstan-0");
  EXPECT_EQ(check().lines_with("capstan-1").size(), 1U);
}

TEST_F(BadPlugins, ADescriptorThatIsTooShort) {
  add("bad-short-descriptor");
  expect_one_line_and_the_rest_works("bad-short-descriptor.so", "");
}

TEST_F(BadPlugins, ADescriptorWithoutAName) {
  add("bad-no-name");
  expect_one_line_and_the_rest_works("bad-no-name.so", "");
}

TEST_F(BadPlugins, ASymbolThatIsMissing) {
  add("bad-missing-symbol");
  expect_one_line_and_the_rest_works("bad-missing-symbol.so", "function_that_is_nowhere");
}

TEST_F(BadPlugins, TwoThatOfferOneStageType) {
  add("bad-twin-one");
  add("bad-twin-two");
  const Result checked = check();
  const auto lines = checked.lines_with("twin");
  ASSERT_EQ(lines.size(), 1U) << checked.all();
  EXPECT_NE(lines[0].find("bad-twin-one.so"), std::string::npos) << lines[0];
  EXPECT_NE(lines[0].find("bad-twin-two.so"), std::string::npos) << lines[0];
  EXPECT_EQ(run_capstan({"run", config().string()}).exit_code, 0);
}

TEST_F(BadPlugins, AThrowingFactoryIsTold) {
  add("bad-throwing");
  const Result result = run_capstan({"run", config("      - use: factory_throws\n").string()});
  EXPECT_NE(result.exit_code, 0) << result.all();
  EXPECT_EQ(result.signal, 0) << result.all();
  EXPECT_FALSE(result.lines_with("no licence found").empty()) << result.all();
  EXPECT_TRUE(files_below(thumbs()).empty());
}

TEST_F(BadPlugins, AFactoryThatThrowsANumberIsTold) {
  add("bad-throwing");
  const Result result =
      run_capstan({"run", config("      - use: factory_throws_number\n").string()});
  EXPECT_NE(result.exit_code, 0) << result.all();
  EXPECT_EQ(result.signal, 0) << result.all();
  EXPECT_FALSE(result.lines_with("factory_throws_number").empty()) << result.all();
}

TEST_F(BadPlugins, AThrowingStageFailsEachJobByName) {
  add("bad-throwing");
  for (const char* type : {"process_throws", "process_throws_number", "async_throws"}) {
    const Result result =
        run_capstan({"run", config(std::string("      - use: ") + type + "\n").string()});
    EXPECT_EQ(result.exit_code, 1) << type << '\n' << result.all();
    for (const char* input : {"one.jpg", "two.jpg"}) {
      const auto lines = result.lines_with(input);
      ASSERT_EQ(lines.size(), 1U) << type << '\n' << result.all();
      EXPECT_NE(lines[0].find(type), std::string::npos) << lines[0];
    }
    EXPECT_TRUE(files_below(thumbs()).empty());
  }
}

}  // namespace
}  // namespace e2e
