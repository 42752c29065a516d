// Faults as the lines an operator sees, for tests.
#pragma once

#include <string>
#include <vector>

#include "config/faults.hpp"

namespace capstan::config {

inline std::vector<std::string> lines_of(const Faults& faults) {
  std::vector<std::string> lines;
  for (const Fault& fault : faults.sorted()) lines.push_back(to_string(fault));
  return lines;
}

}  // namespace capstan::config
