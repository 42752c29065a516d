// Configurations with every kind of mistake: exit code 2, each error with file:line:column, and
// nothing is started.
#include <gtest/gtest.h>

#include "folder.hpp"
#include "program.hpp"

namespace e2e {
namespace {

namespace fs = std::filesystem;

struct Mistake {
  const char* name;
  const char* yaml;   ///< below the `daemon:` block
  const char* place;  ///< "line:column", the line counted from the first of `yaml`
  const char* words;  ///< stands in the message
};

constexpr Mistake kMistakes[] = {
    {"UnknownTopKey", "pipeline:\n  p: {}\n", "1:1", "pipelines"},
    {"UnknownStageKey", "pipelines:\n  p:\n    stages:\n      - use: files\n        wiht: {}\n",
     "5:9", "with"},
    {"UnknownOption",
     "pipelines:\n  p:\n    stages:\n      - use: files\n        with: { pth: x }\n", "5:17",
     "path"},
    {"UnknownStageType", "pipelines:\n  p:\n    stages:\n      - use: filse\n", "4:14", "files"},
    {"WrongType",
     "pipelines:\n  p:\n    stages:\n      - use: files\n        with: { path: x }\n"
     "      - use: decode\n        concurrency: many\n",
     "7:22", "many"},
    {"WrongUnit",
     "pipelines:\n  p:\n    stages:\n      - use: files\n        with: { path: x }\n"
     "      - use: decode\n        timeout: 5 parsecs\n",
     "7:18", "parsecs"},
    {"OutOfRange",
     "pipelines:\n  p:\n    stages:\n      - use: files\n        with: { path: x }\n"
     "      - use: decode\n      - use: encode\n        with: { format: jpeg, quality: 1000 }\n",
     "8:40", "quality"},
    {"RateAboveOne", "pipelines:\n  p:\n    max_failure_rate: 2\n    stages: [use: files]\n",
     "3:23", "at most 1"},
    {"EpochOfNoSource",
     "pipelines:\n  p:\n    stages:\n      - use: files\n        with: { path: x }\n"
     "      - use: decode\n        epoch: { items: 1 }\n",
     "7:16", "no source"},
    {"PathOfAStageWithoutAny",
     "pipelines:\n  p:\n    stages:\n      - use: files\n        with: { path: x }\n"
     "      - use: decode\n        from: files.video\n",
     "7:15", "no paths"},
    {"MissingStages", "pipelines:\n  p: {}\n", "2:6", "stages"},
    {"NoPipelines", "pipelines: {}\n", "1:12", "pipeline"},
    {"Cycle",
     "pipelines:\n  p:\n    stages:\n      - use: scale\n        id: a\n        from: b\n"
     "      - use: scale\n        id: b\n        from: a\n",
     "", "cycle"},
    {"IncompatiblePayloads",
     "pipelines:\n  p:\n    stages:\n      - use: files\n        with: { path: x }\n"
     "      - use: encode\n",
     "6:14", "reference"},
    {"SameIdTwice",
     "pipelines:\n  p:\n    stages:\n      - use: files\n        with: { path: x }\n"
     "      - use: decode\n      - use: scale\n        with: { size: 10x10 }\n"
     "      - use: scale\n        with: { size: 10x10 }\n",
     "", "scale"},
    {"YamlItself", "pipelines:\n  p: [\n", "", ""},
    {"Tabs", "pipelines:\n\tp: {}\n", "2:", ""},
    {"ListForMap", "- pipelines\n", "1:1", ""},
    {"KeyTwice", "pipelines:\n  p: {}\n  p: {}\n", "3:3", ""},
    {"UnsetVariable",
     "pipelines:\n  p:\n    stages:\n      - use: files\n"
     "        with: { path: \"${CAPSTAN_TEST_IS_NOT_SET}\" }\n",
     "5:", "CAPSTAN_TEST_IS_NOT_SET"},
};

class BadConfig : public testing::TestWithParam<Mistake> {
 protected:
  Folder folder_;
};

int count_lines(const std::string& text) {
  return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
}

/// "file:line:column" of a place that is given relative to the end of the `daemon:` block.
std::string place_in(const fs::path& file, const std::string& place, int n_lines_before) {
  if (place.empty()) return file.string() + ":";
  const std::size_t colon = place.find(':');
  const int line = std::stoi(place.substr(0, colon)) + n_lines_before;
  return file.string() + ":" + std::to_string(line) + place.substr(colon);
}

TEST_P(BadConfig, IsToldWithItsPlace) {
  const bool has_daemon = std::string(GetParam().yaml).find("pipelines:") == 0;
  const std::string before = has_daemon ? daemon_yaml() : "";
  const fs::path config = folder_.write("bad.yaml", before + GetParam().yaml);
  for (const char* command : {"check", "inspect", "run"}) {
    const Result result = run_capstan({command, config.string()});
    EXPECT_EQ(result.exit_code, 2) << result.all();
    const std::string place = place_in(config, GetParam().place, count_lines(before));
    bool is_told = false;
    for (const std::string& line : result.lines_with(place)) {
      if (line.find(GetParam().words) != std::string::npos) is_told = true;
    }
    EXPECT_TRUE(is_told) << "expected " << place << " with '" << GetParam().words << "' in\n"
                         << result.all();
  }
}

INSTANTIATE_TEST_SUITE_P(EveryKind, BadConfig, testing::ValuesIn(kMistakes),
                         [](const auto& info) { return info.param.name; });

TEST_F(BadConfig, AllErrorsAreToldAtOnce) {
  const fs::path config =
      folder_.write("bad.yaml", daemon_yaml() +
                                    "pipelines:\n  p:\n    stages:\n"
                                    "      - use: filse\n"
                                    "      - use: decode\n        concurency: 2\n"
                                    "      - use: encode\n        with: { quality: high }\n");
  const Result result = run_capstan({"check", config.string()});
  EXPECT_EQ(result.exit_code, 2);
  for (const char* word : {"filse", "concurency", "high"}) {
    EXPECT_FALSE(result.lines_with(word).empty()) << word << " in\n" << result.all();
  }
}

TEST_F(BadConfig, AFileThatIsNotThere) {
  const Result result = run_capstan({"check", (folder_ / "none.yaml").string()});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_FALSE(result.lines_with("none.yaml").empty()) << result.all();
}

TEST_F(BadConfig, APluginPathThatCannotBeRead) {
  const fs::path config =
      folder_.write("bad.yaml",
                    "daemon:\n  plugin_path: [/nowhere/at/all]\npipelines:\n  p:\n    stages:\n"
                    "      - use: files\n");
  const Result result = run_capstan({"check", config.string()});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_FALSE(result.lines_with("bad.yaml:2:17").empty()) << result.all();
}

TEST_F(BadConfig, NothingIsStarted) {
  make_photo(folder_ / "media/a.jpg");
  std::string yaml = thumbnails_yaml(folder_ / "media", folder_ / "thumbs");
  const fs::path config = folder_.write("bad.yaml", yaml + "unknown: 1\n");
  EXPECT_EQ(run_capstan({"run", config.string()}).exit_code, 2);
  EXPECT_FALSE(fs::exists(folder_ / "thumbs"));
}

TEST_F(BadConfig, TheDaemonRefusesItToo) {
  const fs::path config = folder_.write("bad.yaml", "unknown: 1\n");
  const Result result = run({capstand(), "--config", config.string()});
  EXPECT_EQ(result.exit_code, 2) << result.all();
  EXPECT_FALSE(result.lines_with("bad.yaml:1:1").empty()) << result.all();
}

TEST_F(BadConfig, AGoodOnePasses) {
  const fs::path config = folder_.write("good.yaml", thumbnails_yaml("in", "out"));
  const Result result = run_capstan({"check", config.string()});
  EXPECT_EQ(result.exit_code, 0) << result.all();
}

TEST_F(BadConfig, AGoodOneIsShownAsItWillRun) {
  const fs::path config = folder_.write("good.conf", thumbnails_yaml("in", "out"));
  const Result result = run_capstan({"inspect", config.string()});
  EXPECT_EQ(result.exit_code, 0) << result.all();
  EXPECT_FALSE(result.lines_with("back to back on one worker: decode > encode > write").empty())
      << result.all();
  EXPECT_EQ(run_capstan({"inspect", "--schema", config.string()}).exit_code, 2);
}

TEST(ShippedConfig, EveryFilePassesTheCheck) {
  int n_files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(source_folder() / "config")) {
    if (entry.path().extension() != ".yaml") continue;
    ++n_files;
    for (const char* command : {"check", "inspect"}) {
      const Result result = run_capstan({command, entry.path().string()});
      EXPECT_EQ(result.exit_code, 0) << entry.path() << '\n' << result.all();
    }
  }
  EXPECT_GE(n_files, 3);
}

}  // namespace
}  // namespace e2e
