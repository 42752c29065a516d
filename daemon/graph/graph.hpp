// The checked plan of a pipeline: what the engine is built from. Immutable, any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include <capstan/sdk/abi.hpp>

#include "config/policy.hpp"

namespace capstan::graph {

using config::OnError;
using config::Order;
using config::Retry;

/// One stage of the plan. `type` belongs to a loaded plugin and outlives the plan.
struct Stage {
  std::string id;
  const StageType* type = nullptr;
  Options options{nullptr, 0};
  unsigned concurrency = 1;
  std::size_t queue_items = 0;  ///< bound of each edge into this stage
  std::size_t queue_bytes = 0;
  Order order = Order::job;
  OnError on_error = OnError::fail;
  Retry retry;
  std::chrono::nanoseconds timeout{0};  ///< of one item in this stage; 0: none
  std::vector<std::size_t> inputs;      ///< stages before, by index; empty for the first
  std::vector<std::size_t> outputs;     ///< stages after, by index
};

/// Stages in topological order: every stage comes after its inputs.
struct Pipeline {
  std::string name;
  std::vector<Stage> stages;
  /// Intake closes after this many failed jobs; 0: never.
  std::size_t max_failures = 0;

  bool has_source() const noexcept { return !stages.empty() && stages.front().type->is_source(); }
};

}  // namespace capstan::graph
