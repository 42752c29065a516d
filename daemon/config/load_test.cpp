#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "config/config.hpp"
#include "config/fault_lines.hpp"

namespace capstan::config {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kOne = "pipelines: {one: {stages: [use: x]}}\n";

/// A folder of its own for each test.
class Load : public testing::Test {
 protected:
  Load() {
    std::string name = testing::TempDir() + "capstan-load-XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }
  ~Load() override { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }
  Config read(const std::string& name = "c.yaml") {
    return load(folder_ / name, {}, {"/usr/lib/plugins"}, faults_);
  }
  std::vector<std::string> faults() {
    std::vector<std::string> lines = lines_of(faults_);
    for (std::string& line : lines) {
      for (std::size_t at = 0; (at = line.find(folder_.string())) != std::string::npos;) {
        line.replace(at, folder_.string().size(), "DIR");
      }
    }
    return lines;
  }
  fs::path folder_;
  Faults faults_;
};

TEST_F(Load, AddsThePipelinesOfConfDSortedByName) {
  write("c.yaml", kOne);
  write("conf.d/b.yaml", "pipelines: {b: {stages: [use: x]}}");
  write("conf.d/a.yaml", "pipelines: {a: {stages: [use: x]}}");
  write("conf.d/.hidden.yaml", "not: [read");
  write("conf.d/a.yaml~", "not: [read");
  const Config config = read();
  EXPECT_THAT(faults(), IsEmpty());
  ASSERT_EQ(config.pipelines.size(), 3U);
  EXPECT_EQ(config.pipelines[0].name.value, "one");
  EXPECT_EQ(config.pipelines[1].name.value, "a");
  EXPECT_EQ(config.pipelines[2].name.value, "b");
}

TEST_F(Load, AFileOfConfDThatIsPassedOverIsAWarning) {
  write("c.yaml", kOne);
  write("conf.d/b.yml", "x");
  read();
  EXPECT_THAT(faults(),
              ElementsAre("DIR/conf.d/b.yml: warning: not read: the name must end in .yaml"));
  EXPECT_FALSE(faults_.has_errors());
}

TEST_F(Load, APipelineThatIsGivenTwicePointsAtBoth) {
  write("c.yaml", kOne);
  write("conf.d/b.yaml", "\npipelines: {one: {stages: [use: x]}}");
  read();
  EXPECT_THAT(faults(), ElementsAre("DIR/conf.d/b.yaml:2:13: the pipeline 'one' is given twice: "
                                    "first at DIR/c.yaml:1:13"));
}

TEST_F(Load, ConfDOnlyAddsPipelines) {
  write("c.yaml", kOne);
  write("conf.d/b.yaml", "daemon: {workers: 2}");
  read();
  EXPECT_THAT(faults(), ElementsAre("DIR/conf.d/b.yaml:1:1: 'daemon' belongs into the main file: a "
                                    "file of conf.d only adds pipelines"));
}

TEST_F(Load, FaultsOfAllFilesAreReportedTogether) {
  write("c.yaml", "a: b: c\n");
  write("conf.d/b.yaml", "pipelines: []\n");
  read();
  EXPECT_EQ(faults().size(), 2U);
}

TEST_F(Load, RelativePluginPathsStartAtTheFile) {
  fs::create_directories(folder_ / "etc");
  fs::create_directories(folder_ / "plugins");
  write("etc/c.yaml", "daemon: {plugin_path: [../plugins]}\n" + std::string(kOne));
  const Config config = read("etc/c.yaml");
  EXPECT_THAT(faults(), IsEmpty());
  EXPECT_EQ(config.daemon.plugin_path.at(0).value, folder_ / "plugins");
}

TEST_F(Load, RelativeAllowedFoldersStartAtTheFileAndUrlsStay) {
  write("c.yaml",
        "daemon: {inputs: {allow: [media/in, /srv, 'https://host/']}}\n" + std::string(kOne));
  const Config config = read("c.yaml");
  EXPECT_THAT(faults(), IsEmpty());
  const std::vector<Text>& allowed = *config.daemon.allowed_inputs;
  EXPECT_EQ(allowed.at(0).value, folder_ / "media/in");
  EXPECT_EQ(allowed.at(1).value, "/srv");
  EXPECT_EQ(allowed.at(2).value, "https://host/");
}

TEST_F(Load, TheDefaultPluginPathIsTheCallers) {
  write("c.yaml", kOne);
  EXPECT_EQ(read().daemon.plugin_path.at(0).value, "/usr/lib/plugins");
  write("c.yaml", "daemon: {plugin_path: []}\n" + std::string(kOne));
  EXPECT_THAT(read().daemon.plugin_path, IsEmpty());
}

TEST_F(Load, AFileThatIsNotThereIsAFault) {
  read("none.yaml");
  EXPECT_THAT(faults(), ElementsAre("DIR/none.yaml: cannot be read: No such file or directory"));
}

TEST_F(Load, AFolderIsAFault) {
  read("");
  EXPECT_THAT(faults(),
              ElementsAre("DIR/: cannot be read: Is a directory: expected a file of YAML"));
}

TEST_F(Load, AFileThatMayNotBeReadIsAFault) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  write("c.yaml", kOne);
  ::chmod((folder_ / "c.yaml").c_str(), 0);
  read();
  EXPECT_THAT(faults(), ElementsAre("DIR/c.yaml: cannot be read: Permission denied"));
}

TEST_F(Load, AnEndlessFileIsReadUpToTheLimit) {
  const Config config = load("/dev/zero", {}, {}, faults_);
  EXPECT_THAT(faults(), ElementsAre("/dev/zero: too large for a configuration: expected at most 1 "
                                    "MiB"));
}

}  // namespace capstan::config
