// What an operator wrote, checked for form: the keys are known and the values have the right
// type. Whether the stages exist and fit together is for daemon/graph to say.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/environment.hpp"
#include "config/faults.hpp"
#include "config/policy.hpp"
#include "config/tree.hpp"

namespace capstan::config {

/// A value of one of the engine's keys and where it stands.
template <class T>
struct Value {
  T value{};
  Mark mark;
};

/// One option of `with`, nested maps flattened to dotted names: "video.at".
struct OptionConfig {
  Text name;
  std::vector<Text> values;  ///< one, or those of a list
  bool is_list = false;      ///< written as a list
  bool is_broken = false;    ///< given, but a fault about it was reported already
};

/// How many failures are borne, as written.
struct LimitConfig {
  std::optional<Value<std::size_t>> max_failures;
  std::optional<Value<double>> max_failure_rate;
};

/// One stage as written; what is absent was not given. `use` is empty when a fault about it was
/// reported already.
struct StageConfig {
  Mark mark;
  Text use;
  Text id;                                ///< defaults to `use`
  std::optional<std::vector<Text>> from;  ///< ids, or "id.path"
  bool is_from_broken = false;            ///< as OptionConfig::is_broken
  std::vector<OptionConfig> with;
  Mark with_mark;  ///< of the key `with`; line 0 where it was not given
  std::optional<Value<unsigned>> concurrency;
  std::optional<Value<std::size_t>> queue_items;
  std::optional<Value<std::size_t>> queue_bytes;
  std::optional<Value<Order>> order;
  std::optional<Value<OnError>> on_error;
  std::optional<Value<Retry>> retry;
  std::optional<Value<std::chrono::nanoseconds>> timeout;
  LimitConfig limit;
  std::optional<Value<OnFull>> on_full;
  std::optional<Value<Epoch>> epoch;
};

struct PipelineConfig {
  Text name;
  std::vector<StageConfig> stages;
  LimitConfig limit;
  unsigned weight = 1;
};

struct DaemonConfig {
  std::optional<unsigned> workers;                 ///< absent: auto
  std::uint64_t memory = std::uint64_t{1} << 30U;  ///< bytes of payload in flight
  /// Folders to load plugins from, relative ones taken from the file's folder. The default path
  /// has marks without a file.
  std::vector<Text> plugin_path;
  /// What stages may open: folders, relative ones taken from the file's, and URLs. Absent: not
  /// said.
  std::optional<std::vector<Text>> allowed_inputs;
};

struct Config {
  std::string file;  ///< as it was named
  DaemonConfig daemon;
  std::vector<PipelineConfig> pipelines;
  Mark pipelines_mark;  ///< of `pipelines` when it is empty, for the fault that none are given
};

/// Reads a file and `conf.d/*.yaml` beside it. Whatever is wrong is in `faults` afterwards; what
/// could be read is returned all the same, so that daemon/graph can find the rest of the faults.
/// Nothing may be started from it while faults.has_errors(). Blocks on the file system.
Config load(const std::string& path, const Environment& environment,
            const std::vector<std::string>& default_plugin_path, Faults& faults);

/// The same from memory, one document, without looking at the file system.
Config parse(std::string_view text, const std::string& file, const Environment& environment,
             Faults& faults);

/// `workers`, or the CPUs that this process may use.
unsigned count_workers(const DaemonConfig& daemon);

}  // namespace capstan::config
