// Signals at random moments of a run: whatever is found afterwards under its final name is whole.
#include <gtest/gtest.h>
#include <signal.h>

#include <random>
#include <thread>

#include "folder.hpp"
#include "program.hpp"

namespace e2e {
namespace {

namespace fs = std::filesystem;

class Stopping : public testing::Test {
 protected:
  static constexpr int kInputs = 40;

  void SetUp() override {
    make_clip(media() / "in000.mp4", "640x360", 1);
    for (int i = 1; i < kInputs; ++i) {
      char name[16];
      std::snprintf(name, sizeof name, "in%03d.mp4", i);
      fs::create_hard_link(media() / "in000.mp4", media() / name);
    }
    config_ = folder_.write("t.yaml", thumbnails_yaml(media(), thumbs()));
  }
  fs::path media() const { return folder_ / "media"; }
  fs::path thumbs() const { return folder_ / "thumbs"; }

  std::set<std::string> pictures() const {
    std::set<std::string> found;
    for (const std::string& name : files_below(thumbs())) {
      if (name.ends_with(".jpg")) found.insert(name);
    }
    return found;
  }
  void expect_whole_pictures() const {
    std::vector<fs::path> paths;
    for (const std::string& name : pictures()) paths.push_back(thumbs() / name);
    EXPECT_TRUE(are_whole(paths));
  }

  Folder folder_;
  fs::path config_;
};

TEST_F(Stopping, KilledAtRandomMomentsItLeavesNoPartialPicture) {
  // How far a run gets before the signal is counted in pictures, so a slow machine tests the same.
  std::mt19937 random(20240607);
  for (int round = 0; round < 12; ++round) {
    fs::remove_all(thumbs());
    const std::size_t n_before = random() % 20;
    const auto extra = std::chrono::microseconds(random() % 20000);
    Program program({capstan(), "run", config_.string()});
    wait_until([&] { return pictures().size() >= n_before || !program.is_running(); });
    std::this_thread::sleep_for(extra);  // any moment is as good as another
    program.send(SIGKILL);
    program.wait();
    expect_whole_pictures();
  }
  // What was left behind does not hinder the next run.
  const Result result = run_capstan({"run", config_.string()});
  EXPECT_EQ(result.exit_code, 0) << result.all();
  EXPECT_EQ(pictures().size(), static_cast<std::size_t>(kInputs));
  expect_whole_pictures();
}

TEST_F(Stopping, TerminatedItFinishesWhatItBeganAndLeavesNothingElse) {
  std::mt19937 random(7);
  for (int round = 0; round < 6; ++round) {
    fs::remove_all(thumbs());
    const std::size_t n_before = 1 + random() % 20;
    Program program({capstan(), "run", config_.string()});
    wait_until([&] { return pictures().size() >= n_before || !program.is_running(); });
    program.send(round % 2 == 0 ? SIGTERM : SIGINT);
    const Result result = program.wait();
    EXPECT_EQ(result.signal, 0) << result.all();
    EXPECT_EQ(files_below(thumbs()), pictures()) << "a temporary file was left";
    EXPECT_GE(pictures().size(), n_before);
    expect_whole_pictures();
  }
}

TEST_F(Stopping, InterruptedTwiceItStopsAtOnce) {
  Program program({capstan(), "run", config_.string()});
  wait_until([&] { return !pictures().empty() || !program.is_running(); });
  program.send(SIGINT);
  program.send(SIGINT);
  const Result result = program.wait();
  EXPECT_NE(result.exit_code, 0) << result.all();
  EXPECT_EQ(files_below(thumbs()), pictures()) << "a temporary file was left";
  expect_whole_pictures();
}

class Daemon : public Stopping {
 protected:
  /// Starts the daemon and waits until it works.
  std::unique_ptr<Program> start() const {
    auto daemon = std::make_unique<Program>(
        std::vector<std::string>{capstand(), "--config", config_.string()});
    EXPECT_TRUE(wait_until([&] { return !pictures().empty() || !daemon->is_running(); }));
    EXPECT_TRUE(daemon->is_running()) << daemon->output();
    return daemon;
  }
};

TEST_F(Daemon, TerminatedItDrainsAndEndsWell) {
  const auto daemon = start();
  daemon->send(SIGTERM);
  const Result result = daemon->wait();
  EXPECT_EQ(result.signal, 0) << result.all();
  EXPECT_EQ(result.exit_code, 0) << result.all();
  EXPECT_EQ(files_below(thumbs()), pictures());
  expect_whole_pictures();
}

TEST_F(Daemon, InterruptedTwiceItStopsAtOnce) {
  const auto daemon = start();
  daemon->send(SIGINT);
  daemon->send(SIGINT);
  const Result result = daemon->wait();
  EXPECT_FALSE(result.exit_code == -1 && result.signal == 0);
  EXPECT_EQ(files_below(thumbs()), pictures());
  expect_whole_pictures();
}

TEST_F(Daemon, ItGoesOnWhenItsSourceHasEnded) {
  const auto daemon = start();
  EXPECT_TRUE(wait_until([&] { return pictures().size() == kInputs; }));
  EXPECT_TRUE(daemon->is_running()) << daemon->output();
  daemon->send(SIGTERM);
  EXPECT_EQ(daemon->wait().exit_code, 0);
}

}  // namespace
}  // namespace e2e
