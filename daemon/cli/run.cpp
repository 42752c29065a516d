#include "cli/run.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "cli/check.hpp"
#include "cli/report.hpp"

namespace capstan::cli {

namespace {

/// The pipeline that the inputs are for; null after a fault.
config::PipelineConfig* choose_pipeline(const RunRequest& request, Plan& plan) {
  auto& pipelines = plan.config.pipelines;
  if (request.pipeline.empty()) {
    if (pipelines.size() == 1) return &pipelines.front();
    plan.faults.error({plan.config.file},
                      "there are " + std::to_string(pipelines.size()) +
                          " pipelines: say with --pipeline which one the inputs are for");
    return nullptr;
  }
  const auto found = std::find_if(pipelines.begin(), pipelines.end(), [&](const auto& each) {
    return each.name.value == request.pipeline;
  });
  if (found != pipelines.end()) return &*found;
  plan.faults.error({plan.config.file}, "there is no pipeline " + config::quote(request.pipeline));
  return nullptr;
}

/// A relative path for the outputs of an input that no source has given one: a URL without its
/// scheme, or a path below the current folder, or the whole path.
std::string output_path(const std::string& input) {
  if (const std::size_t scheme = input.find("://"); scheme != std::string::npos) {
    return input.substr(scheme + 3);
  }
  const auto path = std::filesystem::absolute(input).lexically_normal();
  const auto below = path.lexically_relative(std::filesystem::current_path());
  const bool is_below = !below.empty() && *below.begin() != "..";
  return (is_below ? below : path.relative_path()).string();
}

/// Only the pipeline of the inputs runs. Returns the inputs that are to be submitted: none when
/// the pipeline's source takes them.
std::vector<std::string> place_inputs(const RunRequest& request, Plan& plan) {
  if (request.inputs.empty() && request.pipeline.empty()) return {};
  config::PipelineConfig* chosen = choose_pipeline(request, plan);
  if (!chosen) return {};
  config::PipelineConfig only = std::move(*chosen);
  plan.config.pipelines.clear();
  plan.config.pipelines.push_back(std::move(only));
  config::PipelineConfig& pipeline = plan.config.pipelines.front();
  if (request.inputs.empty()) return {};
  return graph::set_inputs(pipeline, plan.catalog, request.inputs) ? std::vector<std::string>()
                                                                   : request.inputs;
}

/// A pipeline without a source and without inputs would have nothing to do for ever.
void check_has_work(const RunRequest& request, Plan& plan) {
  for (const graph::Pipeline& pipeline : plan.pipelines) {
    if (pipeline.has_source() || !request.inputs.empty()) continue;
    plan.faults.error({plan.config.file},
                      "pipeline " + config::quote(pipeline.name) +
                          " has no source: give its inputs on the command line");
  }
}

}  // namespace

int run_command(const RunRequest& request, std::ostream& out, std::ostream& err) {
  const bool is_terminal = ::isatty(STDERR_FILENO) != 0;
  log::StderrLog log(log::choose_style(log::Style::plain), LogLevel::info);
  Plan plan;
  plan.read(request.config_file);
  const std::vector<std::string> submissions = place_inputs(request, plan);
  plan.build();
  check_has_work(request, plan);
  for (const std::string& refusal : plan.loader.faults()) log.error(refusal);
  if (plan.faults.has_errors()) {
    print_faults(plan.faults, err);
    return 2;
  }
  Report report(log, is_terminal);
  Runtime runtime(plan, log, report);
  if (!runtime.prepare()) {
    print_faults(plan.faults, err);
    runtime.close();
    return 2;
  }
  loop_home.check();
  for (engine::Pipeline* pipeline : runtime.pipelines()) {
    for (const std::string& input : submissions) pipeline->submit({input, output_path(input)});
    pipeline->close_intake();
  }
  report.begin(runtime, submissions.size());
  runtime.run(Runtime::Until::pipelines_end);
  report.end(out);
  return report.exit_code();
}

}  // namespace capstan::cli
