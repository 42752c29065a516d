#include "graph/edges.hpp"

#include <algorithm>

#include "config/nearest.hpp"

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

void connect_by_name(std::vector<Draft>& drafts, Draft& draft, const config::Text& name,
                     config::Faults& faults) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    const std::string& id = drafts[i].config->id.value;
    if (&drafts[i] == &draft) {
      if (id != name.value) continue;
      faults.error(name.mark, quote(id) + " takes from itself: expected another stage");
      draft.is_incomplete = true;
      return;
    }
    if (id == name.value) {
      const bool is_new =
          std::find(draft.inputs.begin(), draft.inputs.end(), i) == draft.inputs.end();
      if (is_new) return draft.inputs.push_back(i);
      faults.error(name.mark, "'from' names " + quote(id) + " twice");
      return;
    }
    if (!id.empty()) ids.push_back(id);
  }
  faults.error(name.mark, "'from' names " + quote(name.value) + ", which is no stage of this " +
                              "pipeline" + config::suggest(name.value, ids));
  draft.is_incomplete = true;
}

// Whether a stage before gives anything that the stage takes.
void check_edge(const Draft& giver, const Draft& taker, config::Faults& faults) {
  const std::string& giver_id = giver.config->id.value;
  const std::string& taker_id = taker.config->id.value;
  if (!giver.type || !taker.type || taker.type->is_source()) return;
  config::Mark mark = taker.config->use.mark;
  if (taker.config->from) {
    for (const config::Text& name : *taker.config->from) {
      if (name.value == giver_id) mark = name.mark;
    }
  }
  if (!giver.type->produces) {
    faults.error(mark, quote(taker_id) + " takes " + alternatives(taker.type->accepts) + ", but " +
                           quote(giver_id) + " gives nothing: it can only be last");
  } else if (!intersect(giver.type->produces, taker.type->accepts)) {
    faults.error(mark, quote(taker_id) + " takes " + alternatives(taker.type->accepts) + ", but " +
                           quote(giver_id) + " gives " + alternatives(giver.type->produces));
  }
}

// Walks back from a stage that no order was found for until a stage comes up again.
std::vector<std::size_t> find_loop(const std::vector<Draft>& drafts,
                                   const std::vector<bool>& is_sorted, std::size_t start) {
  std::vector<std::size_t> path = {start};
  while (true) {
    std::size_t before = start;
    for (const std::size_t input : drafts[path.back()].inputs) {
      if (!is_sorted[input]) before = input;
    }
    const auto seen = std::find(path.begin(), path.end(), before);
    if (seen != path.end()) {
      std::vector<std::size_t> loop(seen, path.end());
      std::reverse(loop.begin(), loop.end());
      return loop;
    }
    path.push_back(before);
  }
}

void report_loops(const std::vector<Draft>& drafts, std::vector<bool> is_sorted,
                  config::Faults& faults) {
  std::vector<bool> is_reported(drafts.size(), false);
  for (std::size_t start = 0; start < drafts.size(); ++start) {
    if (is_sorted[start]) continue;
    std::vector<std::size_t> loop = find_loop(drafts, is_sorted, start);
    const auto first = std::min_element(loop.begin(), loop.end());
    std::rotate(loop.begin(), first, loop.end());
    if (is_reported[loop.front()]) continue;
    std::string names;
    for (const std::size_t stage : loop) {
      is_reported[stage] = true;
      names += quote(drafts[stage].config->id.value) + " -> ";
    }
    const config::StageConfig& head = *drafts[loop.front()].config;
    const config::Mark& mark =
        head.from && !head.from->empty() ? head.from->front().mark : head.mark;
    faults.error(mark, "the stages form a cycle: " + names + quote(head.id.value));
  }
}

}  // namespace

void connect(std::vector<Draft>& drafts, config::Faults& faults) {
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    Draft& draft = drafts[i];
    draft.is_incomplete = draft.config->is_from_broken;
    if (draft.type && draft.type->is_source()) continue;
    if (!draft.config->from) {
      if (i > 0) draft.inputs = {i - 1};
      continue;
    }
    for (const config::Text& name : *draft.config->from) {
      connect_by_name(drafts, draft, name, faults);
    }
    std::sort(draft.inputs.begin(), draft.inputs.end());
  }
}

void check_payloads(const std::vector<Draft>& drafts, config::Faults& faults) {
  std::vector<bool> is_taken(drafts.size(), false);
  for (const Draft& draft : drafts) {
    for (const std::size_t input : draft.inputs) {
      is_taken[input] = true;
      check_edge(drafts[input], draft, faults);
    }
  }
  // A stage whose `from` could not be read may be the one that takes it.
  if (std::any_of(drafts.begin(), drafts.end(),
                  [](const Draft& draft) { return draft.is_incomplete; })) {
    return;
  }
  for (std::size_t i = 0; i + 1 < drafts.size(); ++i) {
    const Draft& draft = drafts[i];
    if (is_taken[i] || !draft.type || !draft.type->produces) continue;
    faults.warn(draft.config->use.mark,
                "nothing takes what " + quote(draft.config->id.value) + " gives");
  }
}

std::vector<std::size_t> sort_topologically(const std::vector<Draft>& drafts,
                                            config::Faults& faults) {
  std::vector<std::size_t> order;
  std::vector<bool> is_sorted(drafts.size(), false);
  bool has_moved = true;
  while (has_moved) {
    has_moved = false;
    for (std::size_t i = 0; i < drafts.size(); ++i) {
      const auto& inputs = drafts[i].inputs;
      const bool is_ready = std::all_of(inputs.begin(), inputs.end(),
                                        [&](std::size_t input) { return is_sorted[input]; });
      if (is_sorted[i] || !is_ready) continue;
      is_sorted[i] = true;
      order.push_back(i);
      has_moved = true;
    }
  }
  if (order.size() < drafts.size()) report_loops(drafts, is_sorted, faults);
  return order;
}

}  // namespace capstan::graph
