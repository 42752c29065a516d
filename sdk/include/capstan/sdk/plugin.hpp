// All that a plugin includes.
#pragma once

#include <capstan/sdk/abi.hpp>
#include <capstan/sdk/async.hpp>
#include <capstan/sdk/sync.hpp>

CAPSTAN_BEGIN_NAMESPACE

/// An option table: an array of rows with static storage, or none.
struct OptionTable {
  constexpr OptionTable() = default;
  template <std::size_t N>
  constexpr OptionTable(const Option (&table)[N]) : rows(table), n_rows(N) {}  // NOLINT: a view
  const Option* rows = nullptr;
  std::size_t n_rows = 0;
};

/// What an author says of a stage type; the rest follows from the class.
struct About {
  const char* name;
  const char* summary;
  const char* accepts = nullptr;  ///< null: a source
  const char* produces = nullptr;
  Scope scope = Scope::item;
  OptionTable options = {};
  bool separates_jobs = false;
  bool is_replayable = false;
};

/// Describes stage class S, which is constructed as S(StageContext&, const Options&). A static
/// member `Scope scope_of(const Options&)` or `std::vector<std::string> paths(const Options&)`
/// becomes StageType's.
template <class S>
constexpr StageType stage_type(About about) {
  static_assert(std::is_base_of_v<SyncStage, S> != std::is_base_of_v<AsyncStage, S>,
                "a stage is either a SyncStage or an AsyncStage");
  StageType type;
  type.name = about.name;
  type.summary = about.summary;
  type.accepts = about.accepts;
  type.produces = about.produces;
  type.scope = about.scope;
  type.options = about.options.rows;
  type.n_options = about.options.n_rows;
  type.is_one_to_many = S::kOneToMany;
  type.separates_jobs = about.separates_jobs;
  type.is_replayable = about.is_replayable;
  if constexpr (requires(const Options& o) { S::scope_of(o); }) type.scope_of = &S::scope_of;
  if constexpr (requires(const Options& o) { S::paths(o); }) type.paths = &S::paths;
  if constexpr (std::is_base_of_v<SyncStage, S>) {
    type.execution = Execution::sync;
    type.make_sync = [](StageContext& context, const Options& options) -> SyncStage* {
      return new S(context, options);
    };
  } else {
    type.execution = Execution::async;
    type.make_async = [](StageContext& context, const Options& options) -> AsyncStage* {
      return new S(context, options);
    };
  }
  return type;
}

namespace detail {

template <std::size_t N>
constexpr PluginDescriptor describe(const char* name, const char* version,
                                    const StageType (&types)[N]) {
  PluginDescriptor descriptor;
  for (std::size_t i = 0; i < sizeof(kPluginMagic); ++i) descriptor.magic[i] = kPluginMagic[i];
  for (std::size_t i = 0; i < sizeof(kAbiTag.text); ++i) {
    descriptor.abi_tag[i] = kAbiTag.text[i];
  }
  std::size_t end = 0;
  for (const StageType& type : types) {
    for (const char c : std::string_view(type.name)) descriptor.stage_names[end++] = c;
    descriptor.stage_names[end++] = '\n';  // names that are too long for the room do not compile
  }
  descriptor.struct_size = sizeof(PluginDescriptor);
  descriptor.name = name;
  descriptor.version = version;
  descriptor.stage_types = types;
  descriptor.n_stage_types = N;
  descriptor.stage_type_size = sizeof(StageType);
  return descriptor;
}

}  // namespace detail

CAPSTAN_END_NAMESPACE

/// CAPSTAN_PLUGIN(name, version, stage_type<A>({...}), stage_type<B>({...})): once a plugin, at
/// namespace scope. Exports constant data and no function.
#define CAPSTAN_PLUGIN(name, version, ...)                                               \
  namespace {                                                                            \
  constexpr ::capstan::StageType capstan_stage_types[] = {__VA_ARGS__};                  \
  }                                                                                      \
  extern "C" CAPSTAN_EXPORT constinit const ::capstan::PluginDescriptor capstan_plugin = \
      ::capstan::detail::describe(name, version, capstan_stage_types)
