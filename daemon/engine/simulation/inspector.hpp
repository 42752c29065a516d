// Looks into pipelines while they run, and says what does not add up.
#pragma once

#include "engine/engine.hpp"
#include "engine/simulation/world.hpp"

namespace capstan::engine::simulation {

/// What never holds back, at any moment between two calls of the loop.
class Inspector {
 public:
  Inspector(Engine& engine, World& world) : engine_(engine), world_(world) {}

  /// Items and slots of each stage add up, edges keep their bounds.
  void check(const Pipeline& pipeline) CAPSTAN_ON_LOOP;
  /// Memory is not used beyond the budget, but for an output of each call under way.
  void check_budget(std::size_t n_calls, std::size_t largest_output,
                    std::size_t working_bytes) CAPSTAN_ON_LOOP;
  /// With no worker, timer or call under way: nothing waits that could move.
  void check_idle(const Pipeline& pipeline, bool may_hold) CAPSTAN_ON_LOOP;
  /// Nothing is left.
  void check_end(const Pipeline& pipeline) CAPSTAN_ON_LOOP;
  std::string describe(const Pipeline& pipeline) CAPSTAN_ON_LOOP;

 private:
  void check_stage(const Pipeline& pipeline, const Node& node) CAPSTAN_ON_LOOP;

  Engine& engine_;
  World& world_;
  std::uint64_t n_overdrafts_within_ = 0;  // when memory was last within the budget
};

}  // namespace capstan::engine::simulation
