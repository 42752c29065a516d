// capstand: config -> plugins -> graph -> engine, and the stages run.
#include <CLI/CLI.hpp>
#include <iostream>
#include <system_error>

#include "cli/check.hpp"
#include "last_words.hpp"
#include "log/log.hpp"
#include "runtime.hpp"

namespace {

using namespace capstan;

/// Writes what the daemon is asked about most: which jobs failed, and why.
class FailureLog final : public Listener {
 public:
  explicit FailureLog(Logger& log) : log_(log) {}
  void job_settled(const engine::Pipeline& pipeline, const engine::JobReport& report) override {
    if (!report.failure) return;
    log_.error(pipeline.name() + ": " + report.info.input + ": " +
               engine::describe(*report.failure));
  }
  void source_failed(const engine::Pipeline& pipeline, const engine::Failure& failure) override {
    log_.error(pipeline.name() + ": the source gave up: " + engine::describe(failure));
  }

 private:
  Logger& log_;
};

int serve(const std::string& config_file) {
  Plan plan;
  plan.read(config_file);
  plan.build();
  log::StderrLog log(log::choose_style(log::Style::timestamped), LogLevel::info);
  for (const std::string& refusal : plan.loader.faults()) log.error(refusal);
  if (plan.faults.has_errors()) {
    cli::print_faults(plan.faults, std::cerr);
    return 2;
  }
  FailureLog failures(log);
  Runtime runtime(plan, log, failures);
  if (!runtime.prepare()) {
    cli::print_faults(plan.faults, std::cerr);
    runtime.close();
    return 2;
  }
  log.info("pipelines running: " + std::to_string(plan.pipelines.size()) +
           ", workers: " + std::to_string(plan.n_workers));
  runtime.run(Runtime::Until::signal);
  log.info("stopped");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  capstan::say_last_words("capstand");
  CLI::App app{"capstand: runs the pipelines of a configuration as a service"};
  app.set_version_flag("--version", CAPSTAN_VERSION);
  std::string config_file = "/etc/capstan/capstan.yaml";
  app.add_option("--config", config_file, "configuration file")->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    return serve(config_file);
  } catch (const std::system_error& failure) {
    std::cerr << "capstand: " << failure.what() << '\n';
    return 1;
  } catch (const std::exception& failure) {
    std::cerr << "capstand: " << failure.what() << '\n';
    return 2;
  }
}
