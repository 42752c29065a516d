// The stage types that type_of() chooses from, and what they are written with.
#pragma once

#include <type_traits>

#include <capstan/sdk/plugin.hpp>

namespace capstan::engine::simulation {

// item_stages.cpp
extern const StageType kMap, kSplitter, kReplayable, kAsyncMap, kAsyncSplitter, kOffload;
// batch_stages.cpp
extern const StageType kBatch, kAsyncBatch, kUnbatch, kAsyncUnbatch;
// source_stages.cpp
extern const StageType kSource, kLiveSource;

inline constexpr Option kOptions[] = {
    {.name = "n", .type = OptionType::integer, .default_value = "0", .help = "which profile"}};

/// Whether a stage of this base runs on the loop, not on workers.
template <class Base>
inline constexpr bool kIsAsync = std::is_base_of_v<AsyncStage, Base>;
/// What a stage derived from GeneratorStage or AsyncGeneratorStage gives its outputs by.
template <class Base>
using Items = decltype(std::declval<Base&>().finish_items());

template <class S>
constexpr StageType plain() {
  return stage_type<S>({"stage", "", "*", "*", Scope::item, kOptions});
}

}  // namespace capstan::engine::simulation
