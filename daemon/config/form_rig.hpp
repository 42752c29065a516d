// Reads the text of a test, for tests of the form of a configuration.
#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"
#include "config/fault_lines.hpp"

namespace capstan::config {

class FormRig {
 protected:
  Config read(const std::string& text) { return parse(text, "c.yaml", {}, faults_); }
  std::vector<std::string> faults_of(const std::string& text) {
    read(text);
    return lines_of(faults_);
  }
  /// Faults of one stage with these keys, which stand in line 3.
  std::vector<std::string> stage_faults(const std::string& keys) {
    return faults_of("pipelines:\n  p: {stages: [\n{" + keys + "}]}\n");
  }
  StageConfig stage(const std::string& keys) {
    return read("pipelines:\n  p: {stages: [\n{" + keys + "}]}\n").pipelines.at(0).stages.at(0);
  }
  Faults faults_;
};

}  // namespace capstan::config
