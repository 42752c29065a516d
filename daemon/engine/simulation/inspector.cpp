#include "engine/simulation/inspector.hpp"

#include <algorithm>

namespace capstan::engine {

/// A friend of pipelines.
struct PipelineView final {
  static const std::vector<std::unique_ptr<Node>>& nodes(const Pipeline& pipeline) {
    return pipeline.nodes_;
  }
  static bool is_running(const Pipeline& pipeline) CAPSTAN_ON_LOOP {
    return pipeline.state_ == Pipeline::State::running;
  }
  static bool has_epoch(const Pipeline& pipeline) CAPSTAN_ON_LOOP { return pipeline.epoch_.job; }
  static std::size_t n_intake(const Pipeline& pipeline) CAPSTAN_ON_LOOP {
    return pipeline.intake_.size();
  }
};

namespace simulation {

using engine::PipelineView;

namespace {

// Of a batch of batches of five each.
constexpr std::size_t kMostMembers = 25;

bool is_lent(const Run& run) {
  const Loan loan = run.loan.load();
  return loan == Loan::lent || loan == Loan::used;
}

std::size_t n_queued(const Node& node) {
  std::size_t n = 0;
  for (const Edge* edge : node.in) n += edge->size();
  return n;
}

}  // namespace

void Inspector::check(const Pipeline& pipeline) {
  if (!PipelineView::is_running(pipeline)) return;
  for (const auto& node : PipelineView::nodes(pipeline)) check_stage(pipeline, *node);
}

void Inspector::check_stage(const Pipeline& pipeline, const Node& node) {
  const std::string name = pipeline.name() + "/" + node.plan.id;
  std::size_t n_runs = node.backing_off.size() + node.retrying.size();
  std::size_t n_free = 0;
  for (const auto& slot : node.slots) {
    if (slot->run && !is_lent(*slot->run)) ++n_runs;
    if (slot->run && slot->run->slot != slot.get()) world_.fault(name + " has a slot of no run");
    const auto n_times = std::count(node.free_slots.begin(), node.free_slots.end(), slot.get());
    if (n_times > 1 || (n_times == 1 && (slot->run || slot->job))) {
      world_.fault(name + " has a free slot that is taken");
    }
    n_free += static_cast<std::size_t>(n_times);
    if (node.scope() != Scope::job && n_times == 0 && !slot->run) {
      world_.fault(name + " has lost a slot");
    }
  }
  if (n_free > node.plan.concurrency) world_.fault(name + " has too many slots");
  if (node.n_active != n_queued(node) + n_runs) {
    world_.fault(name + " counts " + std::to_string(node.n_active) + " items, but " +
                 std::to_string(n_queued(node)) + " are queued and " + std::to_string(n_runs) +
                 " inside");
  }
  // Members of a batch that failed come back beyond the bound.
  std::size_t bound = node.in.size() * node.plan.queue_items;
  if (node.scope() == Scope::job) bound *= std::max<std::size_t>(pipeline.n_jobs_in_flight(), 1);
  const bool may_come_back = node.plan.concurrency > 0 && node.scope() == Scope::item;
  if (n_queued(node) > bound + (may_come_back ? kMostMembers * node.plan.concurrency : 0)) {
    world_.fault(name + " has " + std::to_string(n_queued(node)) + " items queued, more than " +
                 std::to_string(bound));
  }
}

void Inspector::check_budget(std::size_t n_calls, std::size_t largest_output,
                             std::size_t working_bytes) {
  const Budget& budget = engine_.budget();
  const std::int64_t used = budget.account.bytes.load();
  const auto limit = static_cast<std::int64_t>(budget.limit());
  if (used < 0) world_.fault("memory in use is below zero");
  if (limit - used - budget.free_bytes() < 0) world_.fault("promised memory is below zero");
  if (used <= limit) {
    n_overdrafts_within_ = engine_.n_overdrafts();
    return;
  }
  const std::uint64_t n_overdrafts = engine_.n_overdrafts() - n_overdrafts_within_;
  const auto most =
      limit + static_cast<std::int64_t>((n_calls + n_overdrafts) * largest_output + working_bytes);
  if (used > most) {
    world_.fault(std::to_string(used) + " bytes are in use of " + std::to_string(limit) +
                 ", with " + std::to_string(n_calls) + " slots, " + std::to_string(n_overdrafts) +
                 " overdrafts and outputs of up to " + std::to_string(largest_output));
  }
}

void Inspector::check_idle(const Pipeline& pipeline, bool may_hold) {
  if (!PipelineView::is_running(pipeline)) return;
  bool is_stuck =
      !may_hold && !PipelineView::has_epoch(pipeline) && pipeline.n_jobs_in_flight() > 0;
  is_stuck = is_stuck || (!may_hold && PipelineView::n_intake(pipeline) > 0);
  for (const auto& node : PipelineView::nodes(pipeline)) is_stuck = is_stuck || node->n_active > 0;
  if (is_stuck) world_.fault("stuck:" + describe(pipeline));
}

void Inspector::check_end(const Pipeline& pipeline) {
  if (pipeline.n_jobs_in_flight() > 0) world_.fault("a job was left");
  for (const auto& node : PipelineView::nodes(pipeline)) {
    if (node->n_active > 0 || n_queued(*node) > 0) world_.fault("items left in " + node->plan.id);
    if (!node->loans.empty()) world_.fault("a loan was left in " + node->plan.id);
  }
}

std::string Inspector::describe(const Pipeline& pipeline) {
  std::string text = " " + pipeline.name() + " jobs " +
                     std::to_string(pipeline.n_jobs_in_flight()) + " intake " +
                     std::to_string(PipelineView::n_intake(pipeline));
  for (const auto& node : PipelineView::nodes(pipeline)) {
    if (node->n_active == 0) continue;
    text += " [" + node->plan.id + ": " + std::to_string(n_queued(*node)) + " queued, " +
            std::to_string(node->n_active) + " active, " + std::to_string(node->waiting.size()) +
            " waiting, " + std::to_string(node->retrying.size()) + " retrying]";
  }
  return text;
}

}  // namespace simulation
}  // namespace capstan::engine
