// Random plans.
#pragma once

#include "engine/simulation/stages.hpp"
#include "engine/simulation/world.hpp"

namespace capstan::engine::simulation {

/// A plan and what a check must know of it.
struct Plan {
  graph::Pipeline pipeline;
  std::size_t first_profile = 0;  ///< of its first stage, in World::profiles
  bool is_endless = false;        ///< its source does not end by itself
  bool has_epochs = false;
  bool holds_items = false;  ///< a stage of pipeline scope may wait for more
  bool is_exact = true;      ///< what a job that is done gave follows from the seed alone
  bool has_dead_letter = false;
  std::string description;
};

/// Adds the plan's profiles to the world.
void draw_plan(Dice& dice, World& world, std::size_t budget, unsigned number, Plan& plan);

}  // namespace capstan::engine::simulation
