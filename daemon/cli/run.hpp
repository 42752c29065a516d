// `capstan run CONFIG [INPUT...]`: one shot in the foreground.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace capstan::cli {

struct RunRequest {
  std::string config_file;
  std::vector<std::string> inputs;  ///< in place of what the configuration names
  std::string pipeline;  ///< which one takes the inputs; may be left out when there is one
};

/// Returns the exit code: 0 all done, 1 some jobs failed, 2 bad configuration.
int run_command(const RunRequest& request, std::ostream& out, std::ostream& err);

}  // namespace capstan::cli
