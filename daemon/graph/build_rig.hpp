// Builds the stages of a test, for tests of what is made of a configuration.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/fault_lines.hpp"
#include "graph/build.hpp"
#include "graph/fake_catalog.hpp"

namespace capstan::graph {

class BuildRig {
 protected:
  static constexpr unsigned kWorkers = 4;

  /// Builds a pipeline of these stages, which stand from line 3 on, each `- {...}`.
  std::optional<Pipeline> plan(const std::string& stages) {
    const auto config =
        config::parse("pipelines:\n  p: {stages: [\n" + stages + "]}\n", "c.yaml", {}, faults_);
    return build(config.pipelines.at(0), catalog_, kWorkers, faults_);
  }
  std::vector<std::string> faults_of(const std::string& stages) {
    plan(stages);
    return config::lines_of(faults_);
  }
  FakeCatalog catalog_;
  config::Faults faults_;
};

inline std::vector<std::string> ids(const Pipeline& pipeline) {
  std::vector<std::string> names;
  for (const Stage& stage : pipeline.stages) names.push_back(stage.id);
  return names;
}

}  // namespace capstan::graph
