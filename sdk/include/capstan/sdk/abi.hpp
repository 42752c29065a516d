// The door between a plugin and the daemon: plain data that is compared before any function of
// the plugin runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <capstan/sdk/list.hpp>
#include <capstan/sdk/media.hpp>
#include <capstan/sdk/stage.hpp>

CAPSTAN_BEGIN_NAMESPACE

/// How a stage type runs; follows from the interface it implements, so it cannot lie.
enum class Execution : std::uint8_t { invalid = 0, sync, async };

/// One stage type. Plain data; grows at the end only, readers use PluginDescriptor's stride.
struct StageType {
  const char* name = nullptr;
  const char* summary = nullptr;  ///< one line
  /// Payload types taken and given, "reference|bytes", "*" for any. Null accepts: a source, begun
  /// once with an empty item, each of its outputs being a new job. Null produces: gives none.
  const char* accepts = nullptr;
  const char* produces = nullptr;
  Scope scope = Scope::invalid;
  Execution execution = Execution::invalid;
  bool is_one_to_many = false;
  const Option* options = nullptr;
  std::size_t n_options = 0;
  /// Exactly one is set, by `execution`. Called on a worker; may throw.
  SyncStage* (*make_sync)(StageContext&, const Options&) = nullptr;
  AsyncStage* (*make_async)(StageContext&, const Options&) = nullptr;
  /// Where the scope depends on the options; null: it is `scope`. Any thread.
  Scope (*scope_of)(const Options&) = nullptr;
  /// A stage that sends each output down one of several paths: their names, in the order of
  /// Item::path(). Null: every output goes to every stage behind. Any thread; may throw
  /// std::invalid_argument for options that make no sense.
  std::vector<std::string> (*paths)(const Options&) = nullptr;
  /// Outputs belong to the jobs of the item that each was made from, not to all jobs of the input:
  /// the end of what a batch of several jobs began.
  bool separates_jobs = false;
  /// Gives the same outputs in the same order when it is begun again with the same item, so that a
  /// failure half way may be tried again.
  bool is_replayable = false;

  bool is_source() const noexcept { return accepts == nullptr; }
};

inline constexpr char kPluginMagic[8] = {'C', 'A', 'P', 'S', 'T', 'A', 'N', '1'};
/// Name of the one symbol that a plugin exports.
inline constexpr const char* kPluginSymbol = "capstan_plugin";

/// What a plugin exports. The first three fields never change their place.
struct PluginDescriptor {
  char magic[8] = {};
  std::uint32_t struct_size = 0;
  char abi_tag[84] = {};
  /// The names of the stage types, each with a newline behind it: what a daemon can read from the
  /// file, so that it need not load a plugin that nobody uses.
  char stage_names[1024] = {};
  const char* name = nullptr;
  const char* version = nullptr;
  const StageType* stage_types = nullptr;
  std::uint64_t n_stage_types = 0;
  std::uint64_t stage_type_size = 0;
};

namespace detail {

/// FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/) over sizes and alignments.
constexpr std::uint32_t hash_layout(const std::size_t* values, std::size_t n_values) {
  std::uint32_t hash = 2166136261U;
  for (std::size_t i = 0; i < n_values; ++i) {
    hash = (hash ^ static_cast<std::uint32_t>(values[i])) * 16777619U;
  }
  return hash;
}

struct AbiTag {
  char text[84] = {};
};

constexpr AbiTag make_abi_tag() {
  constexpr std::size_t layout[] = {sizeof(Buffer),
                                    sizeof(Payload),
                                    sizeof(Reference),
                                    sizeof(Bytes),
                                    sizeof(VideoFrame),
                                    sizeof(AudioFrame),
                                    sizeof(Tensor),
                                    sizeof(Item),
                                    sizeof(JobInfo),
                                    sizeof(Metadata),
                                    sizeof(Option),
                                    sizeof(Options),
                                    sizeof(StageType),
                                    sizeof(Position),
                                    sizeof(Plane),
                                    sizeof(Rational),
                                    sizeof(FailedInput),
                                    sizeof(std::string),
                                    sizeof(Ticket),
                                    sizeof(std::vector<int>),
                                    alignof(VideoFrame),
                                    alignof(Item),
                                    sizeof(PluginDescriptor),
                                    sizeof(ItemList)};
  AbiTag tag;
  std::size_t n = 0;
  auto add = [&](std::string_view part) {
    for (char c : part) tag.text[n++] = c;
  };
  add("capstan-");
  tag.text[n++] = static_cast<char>('0' + CAPSTAN_SDK_MAJOR);
#if defined(__x86_64__)
  add(" x86_64");
#elif defined(__aarch64__)
  add(" aarch64");
#elif defined(__riscv)
  add(" riscv");
#else
  add(" other");
#endif
#if defined(_GLIBCXX_DEBUG)
  add(" libstdc++debug");
#elif defined(_GLIBCXX_USE_CXX11_ABI) && _GLIBCXX_USE_CXX11_ABI
  add(" libstdc++11");
#elif defined(__GLIBCXX__)
  add(" libstdc++old");
#else
  add(" otherstdlib");
#endif
  add(" layout-");
  const std::uint32_t hash = hash_layout(layout, sizeof(layout) / sizeof(layout[0]));
  for (int shift = 28; shift >= 0; shift -= 4) {
    tag.text[n++] = "0123456789abcdef"[(hash >> shift) & 15U];
  }
  return tag;
}

}  // namespace detail

/// What must be equal between a plugin and the daemon: SDK major, architecture, the standard
/// library's layout, and a hash of the boundary types' sizes. Compiler versions do not matter.
inline constexpr detail::AbiTag kAbiTag = detail::make_abi_tag();

CAPSTAN_END_NAMESPACE
