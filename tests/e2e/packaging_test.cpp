// What installs things, where nothing can be installed or nothing is missing.
#include <gtest/gtest.h>

#include "folder.hpp"
#include "program.hpp"

namespace e2e {
namespace {

namespace fs = std::filesystem;

class Dependencies : public testing::Test {
 protected:
  void SetUp() override {
    fs::copy(source_folder() / "packaging/dependencies.sh", folder_ / "dependencies.sh");
  }
  /// Runs the script where Debian's package tool gives this answer for every package.
  Result install(const std::string& answer, bool is_nobody) const {
    const fs::path tool = folder_.write("bin/dpkg-query", "#!/bin/sh\n" + answer + "\n");
    fs::permissions(tool, fs::perms::owner_all | fs::perms::others_read | fs::perms::others_exec);
    // Never the machine's own: this test installs nothing.
    const fs::path apt = folder_.write("bin/apt-get", "#!/bin/sh\necho apt-get \"$@\"\nexit 100\n");
    fs::permissions(apt, fs::perms::owner_all | fs::perms::others_read | fs::perms::others_exec);
    Options options;
    options.environment["PATH"] = (folder_ / "bin").string() + ":/usr/bin:/bin";
    options.is_nobody = is_nobody;
    return run({"bash", (folder_ / "dependencies.sh").string(), "build"}, options);
  }

  Folder folder_;
};

TEST_F(Dependencies, NothingIsDoneWhenNothingIsMissing) {
  const Result result = install("echo installed", false);
  EXPECT_EQ(result.exit_code, 0) << result.all();
  EXPECT_EQ(result.all(), "");
}

TEST_F(Dependencies, WithoutRightsWhatIsMissingIsToldPlainly) {
  if (!can_become_nobody()) GTEST_SKIP() << "needs root, to become another user";
  const Result result = install("exit 1", true);
  EXPECT_EQ(result.exit_code, 1) << result.all();
  EXPECT_EQ(result.lines_with("missing: g++").size(), 1U) << result.all();
  EXPECT_EQ(result.lines_with("apt-get install").size(), 1U) << result.all();
}

TEST_F(Dependencies, WhenInstallingFailsWhatIsMissingIsToldPlainly) {
  if (!can_become_nobody()) GTEST_SKIP() << "needs root, which asks nobody for rights";
  const Result result = install("exit 1", false);
  EXPECT_EQ(result.exit_code, 1) << result.all();
  EXPECT_EQ(result.lines_with("missing: g++").size(), 1U) << result.all();
}

}  // namespace
}  // namespace e2e
