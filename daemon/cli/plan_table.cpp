#include "cli/plan_table.hpp"

#include <algorithm>
#include <string>

#include "cli/names.hpp"
#include "config/faults.hpp"
#include "config/nearest.hpp"
#include "graph/segments.hpp"

namespace capstan::cli {

namespace {

using Row = std::vector<std::string>;

void print_table(const std::vector<Row>& rows, std::ostream& out) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += "  " + row[i] + std::string(widths[i] - row[i].size(), ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  }
}

void add_limit(const graph::FailureLimit& limit, Row& words) {
  if (limit.max_failures) words.push_back("max_failures " + std::to_string(*limit.max_failures));
  if (limit.max_rate > 0) words.push_back("max_failure_rate " + written_number(limit.max_rate));
}

// A path's name may hold anything.
std::string path_name(const std::string& name) {
  const std::string quoted = config::quote(name);
  return quoted == "'" + name + "'" ? name : quoted;
}

std::string inputs_of(const graph::Pipeline& pipeline, const graph::Stage& stage) {
  Row names;
  for (const graph::Input& input : stage.inputs) {
    const graph::Stage& giver = pipeline.stages[input.stage];
    names.push_back(giver.id + (input.path ? "." + path_name(giver.paths.at(*input.path)) : ""));
  }
  if (names.empty()) return stage.type->is_source() ? "-" : "(submitted)";
  return config::join(names);
}

std::string epoch_of(const graph::Epoch& epoch) {
  Row bounds;
  if (epoch.n_items > 0) bounds.push_back(std::to_string(epoch.n_items) + " items");
  if (epoch.n_bytes > 0) bounds.push_back(written_bytes(epoch.n_bytes));
  if (epoch.duration.count() > 0) bounds.push_back(written_duration(epoch.duration));
  return "epoch " + config::join(bounds, " or ");
}

// What was written and is not the rule.
std::string policy_of(const graph::Stage& stage) {
  Row words;
  if (stage.timeout.count() > 0) words.push_back("timeout " + written_duration(stage.timeout));
  if (stage.retry.n_retries > 0) {
    words.push_back("retry " + std::to_string(stage.retry.n_retries) + " from " +
                    written_duration(stage.retry.backoff));
  }
  if (stage.on_error != graph::OnError::fail) {
    words.push_back(std::string("on_error ") + name_of(stage.on_error));
  }
  add_limit(stage.limit, words);
  if (stage.on_full != graph::OnFull::block) {
    words.push_back(std::string("on_full ") + name_of(stage.on_full));
  }
  if (stage.epoch.is_set()) words.push_back(epoch_of(stage.epoch));
  return config::join(words);
}

Row row_of(const graph::Pipeline& pipeline, const graph::Stage& stage) {
  const bool is_source = stage.type->is_source();
  return {
      stage.id,
      stage.type->name,
      name_of(stage.type->execution),
      is_source ? "source" : name_of(stage.scope),
      std::to_string(stage.concurrency),
      is_source ? "-" : std::to_string(stage.queue_items) + ", " + written_bytes(stage.queue_bytes),
      is_source ? "-" : name_of(stage.order),
      inputs_of(pipeline, stage),
      policy_of(stage)};
}

void print_plan(const graph::Pipeline& pipeline, std::ostream& out) {
  Row words = {"weight " + std::to_string(pipeline.weight)};
  add_limit(pipeline.limit, words);
  out << pipeline.name << "  (" << config::join(words) << ")\n";
  std::vector<Row> rows = {
      {"STAGE", "TYPE", "RUNS", "SCOPE", "AT ONCE", "QUEUE", "ORDER", "FROM", "POLICY"}};
  for (const graph::Stage& stage : pipeline.stages) rows.push_back(row_of(pipeline, stage));
  print_table(rows, out);
  out << "  back to back on one worker: " << graph::describe_segments(pipeline) << '\n';
}

}  // namespace

void print_plans(const std::vector<graph::Pipeline>& pipelines, std::ostream& out) {
  const char* separator = "";
  for (const graph::Pipeline& pipeline : pipelines) {
    out << separator;
    separator = "\n";
    print_plan(pipeline, out);
  }
}

}  // namespace capstan::cli
