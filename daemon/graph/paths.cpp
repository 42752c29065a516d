#include "graph/paths.hpp"

#include <algorithm>

#include "config/nearest.hpp"

namespace capstan::graph {

using config::quote;

bool find_path(const Draft& giver, DraftInput& input, config::Faults& faults) {
  if (giver.has_unknown_paths || !giver.type) return true;
  const std::string& name = input.path_name;
  const auto found = std::find(giver.paths.begin(), giver.paths.end(), name);
  if (found != giver.paths.end()) {
    input.path = static_cast<std::uint32_t>(found - giver.paths.begin());
    return true;
  }
  const std::string start = "'from' names the path " + quote(name) + " of " + quote(giver.id());
  if (giver.paths.empty()) {
    faults.error(input.mark, start + ", which has no paths: expected " + quote(giver.id()));
  } else {
    faults.error(input.mark,
                 start + ", which has no such path" + config::suggest(name, giver.paths));
  }
  return false;
}

void check_paths_taken(const std::vector<Draft>& drafts, config::Faults& faults) {
  std::vector<std::vector<bool>> is_taken;
  is_taken.reserve(drafts.size());
  for (const Draft& draft : drafts) is_taken.emplace_back(draft.paths.size(), false);
  for (const Draft& draft : drafts) {
    for (const DraftInput& input : draft.inputs) {
      auto& taken = is_taken[input.stage];
      if (input.path) {
        taken[*input.path] = true;
      } else {
        taken.assign(taken.size(), true);
      }
    }
  }
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    for (std::size_t path = 0; path < drafts[i].paths.size(); ++path) {
      if (is_taken[i][path]) continue;
      const std::string& name = drafts[i].paths[path];
      faults.error(drafts[i].options_mark(),
                   "path " + quote(name) + " of " + quote(drafts[i].id()) +
                       " is taken by no stage: expected one with 'from: " + drafts[i].id() + "." +
                       name + "'");
    }
  }
}

}  // namespace capstan::graph
