#include "graph/edges.hpp"

#include <algorithm>
#include <tuple>

#include "config/nearest.hpp"
#include "graph/paths.hpp"

namespace capstan::graph {

namespace {

using config::quote;

std::vector<std::string> split(std::string_view names) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t bar = names.find('|');
    parts.emplace_back(names.substr(0, bar));
    if (bar == std::string_view::npos) return parts;
    names.remove_prefix(bar + 1);
  }
}

std::string alternatives(const char* names) { return config::join(split(names), " or "); }

bool intersect(const char* produced, const char* accepted) {
  const auto given = split(produced);
  const auto taken = split(accepted);
  const auto is_any = [](const std::string& name) { return name == "*"; };
  if (std::any_of(given.begin(), given.end(), is_any)) return true;
  if (std::any_of(taken.begin(), taken.end(), is_any)) return true;
  return std::find_first_of(given.begin(), given.end(), taken.begin(), taken.end()) != given.end();
}

// Why a stage is named a second time in vain, or nothing.
std::string find_repetition(const Draft& giver, const Draft& draft, const DraftInput& input) {
  for (const DraftInput& known : draft.inputs) {
    if (known.stage != input.stage) continue;
    const std::string full = giver.id() + "." + input.path_name;
    if (known.path_name == input.path_name) {
      return "'from' names " + quote(input.path_name.empty() ? giver.id() : full) + " twice";
    }
    if (known.path_name.empty() || input.path_name.empty()) {
      return "'from' names both " + quote(giver.id()) + ", which is all it gives, and the path " +
             quote(known.path_name + input.path_name) + " of it: expected one of the two";
    }
  }
  return {};
}

// Whether the entry of `from` names an input that can be. Adds it, unless it is there already.
bool connect_by_name(const std::vector<Draft>& drafts, Draft& draft, const config::Text& name,
                     config::Faults& faults) {
  const std::size_t dot = name.value.find('.');
  const std::string id = name.value.substr(0, dot);
  const auto found = std::find_if(drafts.begin(), drafts.end(),
                                  [&](const Draft& each) { return each.id() == id; });
  if (found == drafts.end() || id.empty()) {
    std::vector<std::string> ids;
    for (const Draft& each : drafts) {
      if (&each != &draft && !each.id().empty()) ids.push_back(each.id());
    }
    faults.error(name.mark, "'from' names " + quote(id.empty() ? name.value : id) +
                                ", which is no stage of this pipeline" + config::suggest(id, ids));
    return false;
  }
  if (&*found == &draft) {
    faults.error(name.mark, quote(id) + " takes from itself: expected another stage");
    return false;
  }
  DraftInput input{static_cast<std::size_t>(found - drafts.begin()), {}, {}, name.mark};
  if (dot != std::string::npos) {
    input.path_name = name.value.substr(dot + 1);
    if (!find_path(*found, input, faults)) return false;
  }
  const std::string repetition = find_repetition(*found, draft, input);
  if (repetition.empty()) {
    draft.inputs.push_back(std::move(input));
  } else {
    faults.error(name.mark, repetition);
  }
  return true;
}

// Whether a stage before gives anything that the stage takes.
void check_edge(const Draft& giver, const Draft& taker, const config::Mark& mark,
                config::Faults& faults) {
  if (!giver.type || !taker.type || taker.is_source()) return;
  const std::string wanted =
      quote(taker.id()) + " takes " + alternatives(taker.type->accepts) + ", but ";
  if (!giver.type->produces) {
    faults.error(mark, wanted + quote(giver.id()) + " gives nothing: it can only be last");
  } else if (!intersect(giver.type->produces, taker.type->accepts)) {
    faults.error(mark, wanted + quote(giver.id()) + " gives " + alternatives(giver.type->produces));
  }
}

}  // namespace

void connect(std::vector<Draft>& drafts, config::Faults& faults) {
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    Draft& draft = drafts[i];
    draft.is_incomplete = draft.config->is_from_broken;
    if (draft.is_source()) continue;
    if (!draft.config->from) {
      if (i > 0) draft.inputs.push_back({i - 1, {}, {}, draft.config->use.mark});
      continue;
    }
    for (const config::Text& name : *draft.config->from) {
      if (!connect_by_name(drafts, draft, name, faults)) draft.is_incomplete = true;
    }
    std::sort(draft.inputs.begin(), draft.inputs.end(),
              [](const DraftInput& a, const DraftInput& b) {
                return std::tie(a.stage, a.path) < std::tie(b.stage, b.path);
              });
  }
}

void check_edges(const std::vector<Draft>& drafts, config::Faults& faults) {
  std::vector<bool> is_taken(drafts.size(), false);
  for (const Draft& draft : drafts) {
    const DraftInput* last = nullptr;  // two paths of one stage carry the same payloads
    for (const DraftInput& input : draft.inputs) {
      is_taken[input.stage] = true;
      if (last && last->stage == input.stage) continue;
      last = &input;
      check_edge(drafts[input.stage], draft, input.mark, faults);
    }
  }
  // A stage whose `from` could not be read may be the one that takes it.
  if (std::any_of(drafts.begin(), drafts.end(),
                  [](const Draft& draft) { return draft.is_incomplete; })) {
    return;
  }
  check_paths_taken(drafts, faults);
  for (std::size_t i = 0; i + 1 < drafts.size(); ++i) {
    const Draft& draft = drafts[i];
    if (is_taken[i] || !draft.type || !draft.type->produces || !draft.paths.empty()) continue;
    // What is left of a stage that writes is only where it wrote to.
    if (!draft.type->is_source() && std::string_view(draft.type->produces) == "reference") continue;
    faults.warn(draft.config->use.mark, "nothing takes what " + quote(draft.id()) + " gives");
  }
}

}  // namespace capstan::graph
