// Feeds the configuration reader, the graph and the messages with bytes nobody wrote. A finding is
// a crash, a hang, or a configuration that was taken although a fault was reported.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

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
  const std::size_t n_errors_of_form = faults.n_errors();
  const auto pipelines = capstan::graph::build_all(configuration, catalog, faults);
  const bool is_complete = pipelines.size() == configuration.pipelines.size();
  if (is_complete != (faults.n_errors() == n_errors_of_form) && n_errors_of_form == 0) std::abort();
  for (const capstan::config::Fault& fault : faults.sorted()) {
    const std::string line = capstan::config::to_string(fault);
    if (line.find('\n') != std::string::npos) std::abort();
  }
  return 0;
}
