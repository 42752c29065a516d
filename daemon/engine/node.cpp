#include "engine/node.hpp"

#include <algorithm>

#include "engine/run.hpp"

namespace capstan::engine {

void StageLogger::write(LogLevel level, std::string_view line) noexcept {
  try {
    sink_.write(level, prefix_ + ": " + std::string(line));
  } catch (...) {
    sink_.write(level, line);  // no memory for the prefix; the line itself still matters
  }
}

Node::Node(Pipeline& owner, const graph::Stage& stage_plan, std::size_t at, Logger& sink,
           const std::string& pipeline_name)
    : pipeline(owner),
      plan(stage_plan),
      index(at),
      logger(sink, pipeline_name + "/" + stage_plan.id),
      is_one_to_many(stage_plan.type->is_one_to_many) {
  for (unsigned i = 0; i < plan.concurrency; ++i) {
    slots.push_back(std::make_unique<Slot>(*this));
  }
  // Taken from the back: the first slot is used most, so that few instances are made when one
  // suffices.
  for (auto slot = slots.rbegin(); slot != slots.rend(); ++slot) free_slots.push_back(slot->get());
}

Node::~Node() = default;

bool Node::is_working() const noexcept {
  return std::any_of(slots.begin(), slots.end(), [](const auto& slot) {
    return slot->run && slot->run->state == RunState::working;
  });
}

Run& Node::new_run(RunKind kind) {
  if (free_runs_.empty()) {
    runs_.push_back(std::make_unique<Run>(*this));
    free_runs_.reserve(runs_.size());  // so that give_back() needs no memory
    runs_.back()->reset(kind);
    return *runs_.back();
  }
  Run& run = *free_runs_.back();
  free_runs_.pop_back();
  run.reset(kind);
  return run;
}

}  // namespace capstan::engine
