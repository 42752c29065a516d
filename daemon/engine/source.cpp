// What sources give: jobs, epochs of an endless stream, and what there is no room for.
#include <algorithm>

#include <capstan/sdk/detail/item_access.hpp>

#include "engine/engine.hpp"
#include "engine/pipeline.hpp"

namespace capstan::engine {

void Pipeline::start_sources() {
  for (const auto& node : nodes_) {
    if (!node->is_source()) continue;
    Slot& slot = *node->free_slots.back();
    node->free_slots.pop_back();
    Run& run = node->new_run(RunKind::process);
    run.slot = &slot;
    slot.run = &run;
    ++node->n_active;
    dispatch(run, Call::begin);
  }
}

bool Pipeline::has_entry_room(const Job* job) const {
  return std::all_of(entries_.begin(), entries_.end(),
                     [&](const Edge* edge) { return edge->room_items(job) > 0; });
}

/// False when the output has to wait.
bool Pipeline::take_from_source(Node& source, Item& item) {
  using graph::OnFull;
  if (is_paused_) return false;  // a pause is no want of room: nothing is dropped for it
  const bool has_epoch = epoch_.job && epoch_.job->is_running();
  auto has_room = [&] {
    loop_home.check();
    return has_epoch ? has_entry_room(epoch_.job) : can_admit();
  };
  if (!has_room()) {
    if (source.plan.on_full == OnFull::block) return false;
    if (source.plan.on_full == OnFull::drop_newest || !drop_oldest() || !has_room()) {
      ++source.n_dropped;
      if (has_epoch) ++epoch_.job->n_dropped;
      return true;
    }
    ++source.n_dropped;
  }
  ++source.n_out;
  if (source.plan.epoch.is_set() && !item.get_if<FailedInput>()) {
    admit_to_epoch(source, std::move(item));
  } else {
    JobRequest request = request_of(item);
    if (Job* job = admit(std::move(item), std::move(request))) end_source_for(*job);
  }
  return true;
}

/// Makes room where new jobs come in. False when nothing waits there.
bool Pipeline::drop_oldest() {
  const Job* of_epoch = epoch_.job;
  for (Edge* edge : entries_) {
    if (edge->room_items(of_epoch) > 0) continue;
    const bool is_per_job = edge->to().scope() == Scope::job;
    if (!(is_per_job ? edge->front(of_epoch) : edge->front())) return false;
    Token token;
    edge->pop(of_epoch, token);
    Node& to = edge->to();
    --to.n_active;
    token.for_each_job([&](Job& job) {
      loop_home.check();
      --job.at[to.index].n_live;
      ++job.n_dropped;
      check_ended(job, to);
    });
    engine_.dispose(std::move(token.item));
  }
  return true;
}

void Pipeline::admit_to_epoch(Node& source, Item item) {
  const graph::Epoch& bounds = source.plan.epoch;
  const std::size_t size = item.payload()->size_bytes();
  if (epoch_.job && !epoch_.job->is_running()) close_epoch();
  if (!epoch_.job) {
    JobRequest request = request_of(item);
    if (request.input.empty()) request.input = source.plan.id;
    epoch_.job = admit(std::move(item), std::move(request));
    if (bounds.duration.count() > 0) {
      epoch_.timer = engine_.loop().add_timer(bounds.duration, *this);
    }
  } else {
    ItemAccess::set_index(item, epoch_.n_items);
    enter_graph(std::move(item), *epoch_.job);
  }
  ++epoch_.n_items;
  epoch_.n_bytes += size;
  const bool is_full = (bounds.n_items > 0 && epoch_.n_items >= bounds.n_items) ||
                       (bounds.n_bytes > 0 && epoch_.n_bytes >= bounds.n_bytes);
  if (is_full) close_epoch();
}

void Pipeline::close_epoch() {
  if (epoch_.timer) engine_.loop().remove(epoch_.timer);
  Job* job = std::exchange(epoch_, OpenEpoch()).job;
  if (job) end_source_for(*job);
}

/// Nothing more comes from the source for this job.
void Pipeline::end_source_for(Job& job) {
  for (const auto& node : nodes_) {
    if (!node->is_source() || job.at[node->index].has_ended) continue;
    job.at[node->index].has_ended = true;
    ++job.n_ended;
    for (Edge* edge : node->out) check_ended(job, edge->to());
  }
  if (job.n_ended == nodes_.size()) settle(job);
}

}  // namespace capstan::engine
