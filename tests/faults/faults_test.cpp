// One call of a run fails: memory, a thread, a descriptor. The program says so in one line and ends
// with 1 or 2, or goes on and accounts for each job. $CAPSTAN_FAULT_STEP=1 tries every allocation.
#include <gtest/gtest.h>
#include <signal.h>

#include <cstdlib>

#include "e2e/folder.hpp"
#include "e2e/program.hpp"
#include "e2e/stuck.hpp"

namespace e2e {
namespace {

constexpr int kInputs = 4;

class Faults : public testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < kInputs; ++i) {
      folder_.write("in/" + std::to_string(i) + ".txt", std::string(100, 'x'));
    }
    // Without the media libraries: GLib, which one of them brings, aborts where it has no memory.
    std::string plugins = "daemon:\n  plugin_path:\n";
    for (const char* name : {"files", "flow"}) {
      plugins += "    - " + yaml_string((build_folder() / "plugins" / name).string()) + "\n";
    }
    config_ = folder_.write(
        "t.yaml", plugins +
                      "  workers: 2\npipelines:\n  p:\n    stages:\n      - use: files\n"
                      "        with: { path: " +
                      yaml_string((folder_ / "in").string()) +
                      " }\n      - { use: batch, with: { items: 2 } }\n      - { use: unbatch }\n");
  }
  static Options failing(const std::string& what) {
    Options options;
    options.environment = {{"LD_PRELOAD", (build_folder() / "tests/faults/fail_nth.so").string()},
                           {"CAPSTAN_FAIL", what}};
    return options;
  }
  Result run_failing(const std::string& what, bool is_on_worker = false) const {
    Options options = failing(what);
    if (is_on_worker) options.environment["CAPSTAN_FAIL_ON"] = "worker";
    return run_capstan({"run", config_.string()}, options);
  }
  static bool has_summary(const Result& result) {
    return result.out.find(std::to_string(kInputs) + " files: ") != std::string::npos;
  }
  /// Ended with a line and 1 or 2, or went on.
  static void expect_told(const Result& result, const std::string& what) {
    EXPECT_EQ(result.signal, 0) << what << '\n' << result.all();
    if (result.exit_code == 0) {
      EXPECT_TRUE(has_summary(result)) << what << '\n' << result.all();
      return;
    }
    EXPECT_TRUE(result.exit_code == 1 || result.exit_code == 2) << what << '\n' << result.all();
    EXPECT_FALSE(result.all().empty()) << what;
  }

  Folder folder_;
  std::filesystem::path config_;
};

/// The daemon, told to stop as soon as it runs.
Result run_and_stop(const std::string& config, const Options& options) {
  Program daemon({capstand(), "--config", config}, options);
  const auto has_begun = [&] {
    return !daemon.is_running() || daemon.output().find("pipelines running") != std::string::npos;
  };
  EXPECT_TRUE(wait_until(has_begun)) << daemon.output();
  daemon.send(SIGTERM);
  return daemon.wait();
}

int step_of(int usual) {
  const char* text = std::getenv("CAPSTAN_FAULT_STEP");
  return text ? std::max(1, std::atoi(text)) : usual;
}

TEST_F(Faults, AThreadThatCannotBeHadIsOneLine) {
  for (const char* what : {"pthread_create:1", "pthread_create:2"}) {
    const Result result = run_failing(what);
    EXPECT_EQ(result.exit_code, 1) << result.all();
    EXPECT_EQ(result.lines_with("cannot start 2 workers").size(), 1U) << result.all();
  }
}

TEST_F(Faults, AThreadThatCannotBeHadForAStuckWorkerIsToldAndAskedForAgain) {
  const std::set<std::string> all = {"a1", "stuck0", "z1", "z2"};
  const StuckPipeline pipeline({all.begin(), all.end()}, 1, ", concurrency: 2, timeout: 100ms");
  // The first thread is the only worker, the second would have stood in for it.
  const Program program({capstan(), "run", pipeline.config()}, failing("pthread_create:2"));
  EXPECT_TRUE(pipeline.wait_until_entered(all)) << program.output();
  EXPECT_NE(program.output().find("p/stuck: a worker is stuck here"), std::string::npos)
      << program.output();
}

TEST_F(Faults, ADescriptorThatCannotBeHadIsToldOrDoneWithout) {
  for (const char* name : {"eventfd", "epoll_create", "timerfd"}) {
    for (int nth = 1; nth <= 3; ++nth) {
      const std::string what = std::string(name) + ":" + std::to_string(nth);
      expect_told(run_failing(what), what);
    }
  }
}

TEST_F(Faults, AnAllocationThatFailsNeverCrashesHangsOrLosesAJob) {
  const int step = step_of(197);
  // The first belong to libraries that set themselves up before main().
  for (int nth = 100; nth < 10'000 && !HasFailure(); nth += step) {
    const std::string what = "malloc:" + std::to_string(nth);
    expect_told(run_failing(what), what);
  }
}

TEST_F(Faults, TheDaemonEndsWithALineOrStopsWhenToldTo) {
  std::vector<std::string> faults = {"pthread_create:1", "eventfd:1", "epoll_create:1",
                                     "timerfd:1"};
  for (int nth = 100; nth < 4'000; nth += step_of(197)) {
    faults.push_back("malloc:" + std::to_string(nth));
  }
  for (const std::string& what : faults) {
    const Result result = run_and_stop(config_.string(), failing(what));
    EXPECT_EQ(result.signal, 0) << what << '\n' << result.all();
    EXPECT_TRUE(result.exit_code >= 0 && result.exit_code <= 2) << what << '\n' << result.all();
    EXPECT_FALSE(result.all().empty()) << what;
    if (HasFailure()) return;
  }
}

TEST_F(Faults, AnAllocationThatFailsOnAWorkerFailsAJobAtMost) {
  const int step = step_of(7);
  for (int nth = 1; nth < 300 && !HasFailure(); nth += step) {
    const std::string what = "malloc:" + std::to_string(nth);
    const Result result = run_failing(what, true);
    expect_told(result, what);
    // A stage that cannot be made is told before anything runs; after that every job is in the sum.
    const bool is_told = result.exit_code == 2 || has_summary(result) ||
                         !result.lines_with("the source gave up").empty() ||
                         // The folder that the source was to list.
                         result.out.find("Cannot allocate memory") != std::string::npos;
    EXPECT_TRUE(is_told) << what << '\n' << result.all();
  }
}

}  // namespace
}  // namespace e2e
