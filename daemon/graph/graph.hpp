// The checked plan of a pipeline: what the engine is built from. Immutable, any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <capstan/sdk/abi.hpp>

#include "config/policy.hpp"

namespace capstan::graph {

using config::Epoch;
using config::FailureLimit;
using config::OnError;
using config::OnFull;
using config::Order;
using config::Retry;

/// Where a stage takes items from.
struct Input {
  std::size_t stage = 0;              ///< index of the stage before
  std::optional<std::uint32_t> path;  ///< only what it sends down this path; absent: everything
};

/// One stage of the plan. `type` belongs to a loaded plugin and outlives the plan.
struct Stage {
  std::string id;
  const StageType* type = nullptr;
  Options options{nullptr, 0};
  Scope scope = Scope::invalid;  ///< the type's, or what it makes of its options
  unsigned concurrency = 1;
  std::size_t queue_items = 0;  ///< bound of each edge into this stage
  std::size_t queue_bytes = 0;
  Order order = Order::job;
  OnError on_error = OnError::fail;
  Retry retry;
  std::chrono::nanoseconds timeout{0};  ///< of one item in this stage; 0: none
  FailureLimit limit;                   ///< failed items of this stage
  OnFull on_full = OnFull::block;       ///< sources
  Epoch epoch;                          ///< sources
  std::vector<std::string> paths;       ///< names, for types that send outputs down several
  std::vector<Input> inputs;            ///< empty for the first
  std::vector<std::size_t> outputs;     ///< stages after, by index, once for each edge
  /// What leaves the stage before runs through this one on the same worker where that is possible.
  bool follows_on = false;
};

/// Stages in topological order: every stage comes after its inputs.
struct Pipeline {
  std::string name;
  std::vector<Stage> stages;
  FailureLimit limit;   ///< failed jobs
  unsigned weight = 1;  ///< share of the workers against that of other pipelines

  bool has_source() const noexcept { return !stages.empty() && stages.front().type->is_source(); }
};

}  // namespace capstan::graph
