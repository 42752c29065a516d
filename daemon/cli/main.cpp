// capstan: everything a person types.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <system_error>

#include "cli/check.hpp"
#include "cli/inspect.hpp"
#include "cli/plan_table.hpp"
#include "cli/run.hpp"
#include "last_words.hpp"
#include "log/log.hpp"
#include "runtime.hpp"

namespace {

using namespace capstan;

int check(const std::string& config_file) {
  Plan plan;
  plan.read(config_file);
  plan.load_all_plugins();
  plan.build();
  if (!plan.faults.has_errors()) {
    // Some faults only a stage itself can find, such as a path template that cannot work.
    log::StderrLog log(log::Style::plain, LogLevel::warn);
    Listener nobody;
    Runtime runtime(plan, log, nobody);
    runtime.prepare();
    runtime.close();
  }
  return cli::report_check(plan.config, plan.pipelines, plan.loader.faults(), plan.faults,
                           std::cout, std::cerr);
}

int inspect_configuration(const std::string& config_file) {
  Plan plan;
  plan.read(config_file);
  plan.build();
  const int exit_code =
      cli::report_faults(plan.config, plan.loader.faults(), plan.faults, std::cerr);
  if (exit_code == 0) cli::print_plans(plan.pipelines, std::cout);
  return exit_code;
}

// A file named as a stage type is a stage type, unless its name says what it is.
bool is_configuration(const std::string& argument, const graph::Catalog& catalog) {
  const std::filesystem::path path(argument);
  if (path.extension() == ".yaml" || path.extension() == ".yml") return true;
  std::error_code error;
  return !catalog.find(argument) && std::filesystem::is_regular_file(path, error);
}

int inspect(const cli::InspectRequest& request, const std::vector<std::string>& plugin_path,
            bool has_plugin_path) {
  loader::Loader loader;
  std::vector<std::string> faults;
  for (const std::string& folder : plugin_path) {
    if (const auto reason = load_plugins(loader, folder)) {
      faults.push_back("cannot load plugins from " + log::escape(folder) + ": " + *reason);
    }
  }
  faults.insert(faults.end(), loader.faults().begin(), loader.faults().end());
  const PluginCatalog catalog(loader);
  if (!is_configuration(request.stage, catalog)) {
    return cli::inspect_command(request, catalog, faults, std::cout, std::cerr);
  }
  if (request.is_schema || has_plugin_path) {
    std::cerr
        << "inspect: --schema and --plugin-path are for stage types, not for configurations\n";
    return 2;
  }
  return inspect_configuration(request.stage);
}

}  // namespace

int main(int argc, char** argv) {
  say_last_words("capstan");
  CLI::App app{"capstan: runs, checks and explains media pipelines"};
  app.set_version_flag("--version", CAPSTAN_VERSION);
  app.require_subcommand(1);

  cli::RunRequest run_request;
  auto* run = app.add_subcommand("run", "run a configuration once, in the foreground");
  run->add_option("CONFIG", run_request.config_file, "configuration file")->required();
  run->add_option("INPUT", run_request.inputs, "inputs in place of the configured ones");
  run->add_option("--pipeline", run_request.pipeline, "run only this pipeline");

  std::string check_file;
  auto* check_command = app.add_subcommand("check", "find all mistakes of a configuration");
  check_command->add_option("CONFIG", check_file, "configuration file")->required();

  cli::InspectRequest inspect_request;
  std::vector<std::string> plugin_path = default_plugin_path();
  auto* inspect_command =
      app.add_subcommand("inspect", "show stage types, or what a configuration becomes");
  inspect_command->add_option("STAGE|CONFIG", inspect_request.stage,
                              "stage type, or a configuration to show as it will run");
  inspect_command->add_flag("--schema", inspect_request.is_schema, "print a JSON Schema");
  const auto* plugin_path_option =
      inspect_command->add_option("--plugin-path", plugin_path, "folder of plugins")
          ->allow_extra_args(false);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    if (run->parsed()) return cli::run_command(run_request, std::cout, std::cerr);
    if (check_command->parsed()) return check(check_file);
    return inspect(inspect_request, plugin_path, plugin_path_option->count() > 0);
  } catch (const std::system_error& failure) {
    std::cerr << "capstan: " << failure.what() << '\n';
    return 1;
  } catch (const std::exception& failure) {
    std::cerr << "capstan: " << failure.what() << '\n';
    return 2;
  }
}
