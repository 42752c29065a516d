// The pump: everything that can move moves, once an iteration of the loop.
#include <algorithm>

#include "engine/engine.hpp"
#include "engine/pipeline.hpp"

namespace capstan::engine {

void Pipeline::mark_dirty(Node& node) {
  if (node.is_dirty) return;
  node.is_dirty = true;
  ++n_dirty_;
  if (!is_pumping_) engine_.schedule();
}

void Pipeline::mark_all_dirty() {
  for (const auto& node : nodes_) mark_dirty(*node);
}

namespace {

// Steps that one pump takes up before the loop looks at its other events: some ten microseconds'
// worth, so that a pipeline that is never out of work does not hold up timers and signals.
constexpr std::size_t kMaxSteps = 64;

}  // namespace

void Pipeline::pump() {
  if (state_ != State::running) return;
  is_pumping_ = true;
  for (Node* node : std::exchange(refused_, {})) {
    node->is_refused = false;
    mark_dirty(*node);
  }
  std::size_t n_left = kMaxSteps;
  do {
    if (has_orders()) take_orders();
    take_released();
    for (; !completed_.empty() && n_left > 0; --n_left) process(*completed_.pop_front());
    admit_from_intake();
    // Sink first: what leaves a stage makes room for what waits before it.
    for (auto node = nodes_.rbegin(); node != nodes_.rend() && n_dirty_ > 0; ++node) {
      if (!(*node)->is_dirty) continue;
      (*node)->is_dirty = false;
      --n_dirty_;
      flush_waiting(**node);
      start_runs(**node);
    }
  } while ((n_dirty_ > 0 || !completed_.empty() || has_orders()) && n_left > 0);
  settled_.clear();
  is_pumping_ = false;
  if (n_dirty_ > 0 || !completed_.empty() || has_orders()) return engine_.schedule();
  ask_for_held();
  end_nodes();
}

/// Each run that waits is looked at once; it may wait again.
void Pipeline::flush_waiting(Node& node) {
  if (node.waiting.empty()) return;
  flushing_.clear();
  flushing_.swap(node.waiting);
  for (std::size_t i = 0; i < flushing_.size(); ++i) {
    Run* run = flushing_[i];
    if (!run) continue;  // ended meanwhile
    flushing_[i] = nullptr;
    run->is_waiting = false;
    flush(*run);
  }
  flushing_.clear();
}

bool Pipeline::overdraw() {
  if (refused_.empty()) return false;
  is_overdrawing_ = true;
  pump();
  return !std::exchange(is_overdrawing_, false);
}

void Pipeline::wake(unsigned events) noexcept {
  loop_home.check();
  if (events & Loop::kTimer) close_epoch();
  engine_.schedule();
}

bool Pipeline::has_ended(const Node& node) const {
  return std::all_of(node.in.begin(), node.in.end(),
                     [](const Edge* edge) { return !edge->from() || edge->from()->has_ended; });
}

void Pipeline::end_nodes() {
  if (state_ != State::running || !intake_closed_ || !intake_.empty() || n_cleanups_ > 0) return;
  if (is_paused_) return;
  for (const auto& node : nodes_) {
    if (node->has_ended) continue;
    if (!has_ended(*node) || node->n_active > 0 || !completed_.empty()) return;
    if (node->is_source()) return;  // ends with its run
    if (node->scope() == Scope::pipeline && !node->finish_started) {
      node->finish_started = true;
      if (!is_stopping_) {
        start_own_call(*node, *node->free_slots.back(), nullptr, RunKind::finish);
        return;
      }
    }
    node->has_ended = true;
  }
  // Jobs that are left are those of items that stages keep to their end.
  close();
}

}  // namespace capstan::engine
