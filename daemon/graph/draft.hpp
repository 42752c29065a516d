// What is known of a stage of the file while its pipeline is checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "graph/graph.hpp"

namespace capstan::graph {

/// An input of a draft.
struct DraftInput {
  std::size_t stage = 0;              ///< by index of the draft
  std::string path_name;              ///< as written; empty: everything
  std::optional<std::uint32_t> path;  ///< of that name, where the paths are known
  config::Mark mark;                  ///< of the entry in `from`, or of the `use` that has none
};

/// A stage of the file while it is checked. `type` is null when it is not known, which was
/// reported; nothing is then said about its edges.
struct Draft {
  const config::StageConfig* config = nullptr;
  const StageType* type = nullptr;
  Options options{nullptr, 0};
  Scope scope = Scope::invalid;    ///< invalid: not known, which was reported
  std::vector<std::string> paths;  ///< none: every output goes to every stage behind
  bool has_unknown_paths = false;  ///< why was reported
  std::vector<DraftInput> inputs;  ///< sorted by stage
  bool is_incomplete = false;      ///< some inputs are not known, which was reported

  const std::string& id() const noexcept { return config->id.value; }
  bool is_source() const noexcept { return type && type->is_source(); }
  /// Where a fault of the stage's options as a whole belongs.
  const config::Mark& options_mark() const noexcept {
    return config->with_mark.line > 0 ? config->with_mark : config->use.mark;
  }
};

}  // namespace capstan::graph
