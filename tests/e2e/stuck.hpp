// Pipelines with a stage that never returns, of tests/bad_plugins/stuck.cpp.
#pragma once

#include "folder.hpp"
#include "program.hpp"

namespace e2e {

/// Inputs named stuckN never come back from the stage `stuck`, others pass. Home: the test.
class StuckPipeline {
 public:
  /// `stage_keys` stand in both stages, as in ", timeout: 100ms".
  StuckPipeline(const std::vector<std::string>& inputs, unsigned n_workers,
                const std::string& stage_keys = "") {
    for (const std::string& input : inputs) folder_.write("in/" + input, "x");
    std::filesystem::create_directories(folder_ / "entered");
    std::filesystem::create_directories(folder_ / "plugins");
    std::filesystem::copy(build_folder() / "tests/bad_plugins/bad-stuck.so",
                          folder_ / "plugins/bad-stuck.so");
    const std::string stage =
        "      - { use: stuck, with: { entered: " + yaml_string((folder_ / "entered").string()) +
        " }" + stage_keys;
    config_ = folder_.write(
        "t.yaml",
        daemon_yaml() + "    - " + yaml_string((folder_ / "plugins").string()) +
            "\n  workers: " + std::to_string(n_workers) +
            "\npipelines:\n  p:\n    stages:\n      - use: files\n        with: { path: " +
            yaml_string((folder_ / "in").string()) + " }\n" + stage + " }\n" + stage +
            ", id: second }\n");
  }
  std::string config() const { return config_.string(); }
  std::string input(const std::string& name) const { return (folder_ / ("in/" + name)).string(); }
  /// Waits until these, and no others, have come into a stage.
  bool wait_until_entered(const std::set<std::string>& names) const {
    return wait_until([&] { return files_below(folder_ / "entered") == names; });
  }

 private:
  Folder folder_;
  std::filesystem::path config_;
};

}  // namespace e2e
