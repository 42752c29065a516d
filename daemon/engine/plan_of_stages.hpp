// A plan without a configuration: tests and benchmarks write one down, stage by stage.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <capstan/sdk/plugin.hpp>

#include "graph/graph.hpp"

namespace capstan::engine {

/// Engine keys of a stage.
struct Keys {
  unsigned concurrency = 1;
  std::size_t queue_items = 2;
  std::size_t queue_bytes = 1 << 20;
  graph::Order order = graph::Order::job;
  graph::OnError on_error = graph::OnError::fail;
  graph::Retry retry = {};
  std::chrono::nanoseconds timeout{0};
  std::vector<std::size_t> inputs = {};    ///< default: the stage before
  std::optional<std::uint32_t> path = {};  ///< of the stage before, the one that is taken
  graph::FailureLimit limit = {};
  graph::OnFull on_full = graph::OnFull::block;
  graph::Epoch epoch = {};
};

/// Writes a plan down, stage by stage.
class PlanOfStages {
 public:
  using Values = std::vector<std::pair<std::string, std::string>>;

  void add(const StageType& type, const Values& values, const Keys& keys);

  graph::Pipeline plan;
};

}  // namespace capstan::engine
