// Feeds the configuration reader, the graph and the messages with bytes nobody wrote. A finding is
// a crash, a hang, or a configuration that was taken although a fault was reported.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string_view>

#include "cli/check.hpp"
#include "config/config.hpp"
#include "graph/build.hpp"
#include "graph/fake_catalog.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const capstan::graph::FakeCatalog catalog;
  static const capstan::config::Environment environment = {
      {"A", "1"}, {"EMPTY", ""}, {"NASTY", "]}\n- ${A}: \"\x01"}};
  capstan::config::Faults faults;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto configuration = capstan::config::parse(text, "fuzz.yaml", environment, faults);
  std::ostringstream out;
  std::ostringstream err;
  const int exit_code = capstan::cli::check_command(configuration, catalog, {}, faults, out, err);
  if ((exit_code == 0) == faults.has_errors()) std::abort();
  for (const capstan::config::Fault& fault : faults.sorted()) {
    const std::string line = capstan::config::to_string(fault);
    if (line.find('\n') != std::string::npos) std::abort();
  }
  return 0;
}
