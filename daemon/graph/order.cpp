#include "graph/order.hpp"

#include <algorithm>

namespace capstan::graph {

namespace {

using config::quote;

// Walks back from a stage that no order was found for until a stage comes up again.
std::vector<std::size_t> find_loop(const std::vector<Draft>& drafts,
                                   const std::vector<bool>& is_sorted, std::size_t start) {
  std::vector<std::size_t> path = {start};
  while (true) {
    std::size_t before = start;
    for (const DraftInput& input : drafts[path.back()].inputs) {
      if (!is_sorted[input.stage]) before = input.stage;
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
      names += quote(drafts[stage].id()) + " -> ";
    }
    const config::StageConfig& head = *drafts[loop.front()].config;
    const config::Mark& mark =
        head.from && !head.from->empty() ? head.from->front().mark : head.mark;
    faults.error(mark, "the stages form a cycle: " + names + quote(head.id.value));
  }
}

}  // namespace

std::vector<std::size_t> sort_topologically(const std::vector<Draft>& drafts,
                                            config::Faults& faults) {
  std::vector<std::size_t> order;
  std::vector<bool> is_sorted(drafts.size(), false);
  bool has_moved = true;
  while (has_moved) {
    has_moved = false;
    for (std::size_t i = 0; i < drafts.size(); ++i) {
      const auto& inputs = drafts[i].inputs;
      const bool is_ready = std::all_of(inputs.begin(), inputs.end(), [&](const DraftInput& input) {
        return is_sorted[input.stage];
      });
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
