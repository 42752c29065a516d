#include "cli/check.hpp"

namespace capstan::cli {

namespace {

std::string count(std::size_t n, const std::string& what) {
  return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

}  // namespace

void print_faults(const config::Faults& faults, std::ostream& err) {
  for (const config::Fault& fault : faults.sorted()) err << config::to_string(fault) << '\n';
}

int report_faults(const config::Config& configuration,
                  const std::vector<std::string>& plugin_faults, const config::Faults& faults,
                  std::ostream& err) {
  for (const std::string& line : plugin_faults) err << line << '\n';
  print_faults(faults, err);
  if (!faults.has_errors()) return 0;
  err << configuration.file << ": " << count(faults.n_errors(), "error") << '\n';
  return 2;
}

int report_check(const config::Config& configuration, const std::vector<graph::Pipeline>& pipelines,
                 const std::vector<std::string>& plugin_faults, const config::Faults& faults,
                 std::ostream& out, std::ostream& err) {
  if (const int code = report_faults(configuration, plugin_faults, faults, err)) return code;
  std::size_t n_stages = 0;
  for (const graph::Pipeline& pipeline : pipelines) n_stages += pipeline.stages.size();
  out << configuration.file << ": ok, " << count(pipelines.size(), "pipeline") << ", "
      << count(n_stages, "stage") << '\n';
  return 0;
}

}  // namespace capstan::cli
