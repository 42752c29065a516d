// The stage types of a simulation.
#pragma once

#include <capstan/sdk/abi.hpp>

namespace capstan::engine::simulation {

enum class Kind : std::uint8_t {
  invalid = 0,
  map,
  generator,
  replayable,  ///< a generator, too
  async_map,
  async_generator,
  offload,
  batch,
  async_batch,
  unbatch,
  async_unbatch,
  source,
  live_source,
};

/// The type of a kind. Its option "n" is the stage's place in World::profiles.
const StageType& type_of(Kind kind);

}  // namespace capstan::engine::simulation
