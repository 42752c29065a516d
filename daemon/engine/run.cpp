#include "engine/run.hpp"

#include <algorithm>

#include <capstan/sdk/detail/item_access.hpp>

#include "engine/engine.hpp"
#include "engine/pipeline.hpp"

namespace capstan::engine {

void Run::reset(RunKind run_kind) noexcept {
  kind = run_kind;
  state = RunState::entering;
  is_abandoned = is_waiting = is_parked = has_timed_out = has_substitute = counts_as_work = false;
  keeps_input = was_cancelled = has_failed = is_in_stage = false;
  n_failures = 0;
  n_handed_on = n_to_skip = 0;
  loan.store(Loan::none, std::memory_order_relaxed);
}

WorkerTask* Run::run() noexcept {
  worker_home.check();
  Run* following = follower;
  try {
    if (slot->is_cancelled() && call != Call::discard) throw Cancelled();  // while it was queued
    slot->construct();
    if (node.is_sync()) step_sync();
  } catch (const Cancelled&) {
    was_cancelled = true;
  } catch (const std::exception& failure) {
    has_failed = true;
    message = failure.what();
  } catch (...) {
    has_failed = true;
    message = "threw something that is not a std::exception";
  }
  if ((has_failed || was_cancelled) && node.is_sync() && slot->is_constructed()) {
    slot->sync().discard();
  }
  const bool is_used = following && following->loan.load(std::memory_order_relaxed) == Loan::used;
  return is_used ? following : nullptr;
}

void Run::step_sync() {
  SyncStage& stage = slot->sync();
  if (call == Call::discard) {
    stage.discard();
    result = Step::done;
    return;
  }
  bool has_more = true;
  while (has_more) {
    Item& out = outputs.add_back();
    Step step = Step::invalid;
    try {
      switch (std::exchange(call, Call::next)) {
        case Call::begin:
          step = stage.begin(next_input(), out);
          break;
        case Call::finish:
          step = stage.finish(out);
          break;
        case Call::tick:
          step = stage.tick(out);
          break;
        default:
          step = stage.next(out);
          break;
      }
    } catch (...) {
      drop_output();
      throw;
    }
    has_more = take_output(step);
  }
}

/// The item for begin(). Where another try may need it, writers get a copy of what is shared.
Item Run::next_input() { return keeps_input ? token.item : std::move(token.item); }

void Run::drop_output() noexcept {
  outputs.back() = Item();
  outputs.drop_back();
}

/// Looks at the output that was put last. True when there may be another in this call.
bool Run::take_output(Step step) {
  result = step;
  Item& out = outputs.back();
  if (step == Step::done) {
    drop_output();
    return false;
  }
  std::size_t size = 0;
  try {
    check_output(step, out);
    if (out) size = count_output(out);
  } catch (...) {
    drop_output();
    throw;
  }
  if (out && follower && pass_on(out, size)) outputs.drop_back();
  if (step == Step::last) return false;
  grant_items -= 1;
  grant_bytes -= std::min(grant_bytes, size);
  return grant_items > 0 && grant_bytes > 0 && !slot->is_cancelled() &&
         !node.pipeline.engine().budget().is_used_up();
}

/// Counts an output against the memory budget. Returns its size.
std::size_t Run::count_output(const Item& out) {
  Budget& budget = node.pipeline.engine().budget();
  out.payload()->charge(budget.account);
  const std::size_t size = out.payload()->size_bytes();
  if (size > budget.limit()) {
    throw std::runtime_error("gave an item of " + std::to_string(size) +
                             " bytes, more than the memory budget of " +
                             std::to_string(budget.limit()) + " (daemon.memory)");
  }
  largest_output = std::max(largest_output, size);
  return size;
}

void Run::check_output(Step step, const Item& out) const {
  if (step == Step::invalid) throw std::logic_error("the stage returned no valid step");
  if (!out) return;
  if (!node.plan.paths.empty() && out.path() >= node.plan.paths.size()) {
    throw std::logic_error("sent an output down path " + std::to_string(out.path()) + " of " +
                           std::to_string(node.plan.paths.size()));
  }
}

void Run::address(Item& out, std::uint64_t nth) const {
  const Job* job = token.job;
  if (!out.has_job() || &out.job() != job) ItemAccess::set_job(out, Ref<const JobInfo>(job));
  if (node.is_one_to_many) {
    ItemAccess::set_index(out, nth);
  } else if (node.scope() == Scope::item) {
    ItemAccess::set_index(out, index);
  }
}

/// Gives an output to the next stage of the segment, if its slot was lent and not called back.
bool Run::pass_on(Item& out, std::size_t size) {
  if (outputs.size() > 1 || n_to_skip > 0) return false;
  Loan lent = Loan::lent;
  if (!follower->loan.compare_exchange_strong(lent, Loan::used, std::memory_order_acq_rel)) {
    return false;
  }
  address(out, next_index);
  follower->index = out.index();
  follower->token.item = std::move(out);
  follower->token.size_bytes = size;
  return true;
}

void Run::done() noexcept {
  loop_home.check();
  if (node.pipeline.engine().is_ending()) return;
  if (!node.is_sync() && !has_failed && !was_cancelled && !is_abandoned) {
    call_async();  // the worker only made the instance
  } else {
    node.pipeline.process(*this);
  }
}

void Run::call_async() {
  if (node.plan.timeout.count() > 0) mark_started(node.pipeline.engine().loop().now());
  is_calling = true;
  do {
    wants_more = false;
    set_in_stage(true);
    try {
      step_async();
    } catch (const std::exception& failure) {
      fail(failure.what());
    } catch (...) {
      fail("threw something that is not a std::exception");
    }
  } while (wants_more);  // it was there at once, and there is room for another
  is_calling = false;
  if (!is_in_stage) node.pipeline.completed(*this);
}

void Run::step_async() {
  slot->start();
  AsyncStage& stage = slot->async();
  switch (std::exchange(call, Call::next)) {
    case Call::begin:
      return stage.begin(next_input(), *this);
    case Call::finish:
      return stage.finish(*this);
    case Call::tick:
      return stage.tick(*this);
    default:
      return stage.next(*this);
  }
}

void Run::set_in_stage(bool is_inside) noexcept {
  is_in_stage = is_inside;
  if (!counts_as_work) return;
  Engine& engine = node.pipeline.engine();
  is_inside ? engine.step_begun() : engine.step_ended();
}

void Run::complete(Step step, Item out) noexcept {
  loop_home.check();
  set_in_stage(false);
  try {
    outputs.add_back() = std::move(out);
    wants_more = take_output(step);
  } catch (const std::exception& failure) {
    has_failed = true;
    message = failure.what();
  }
  ended();
}

void Run::fail(const std::string& failure) noexcept {
  loop_home.check();
  set_in_stage(false);
  has_failed = true;
  message = failure;
  ended();
}

void Run::cancelled() noexcept {
  loop_home.check();
  set_in_stage(false);
  was_cancelled = true;
  ended();
}

/// The end of a step that did not end within its call. What it wants more of, the pump sees to.
void Run::ended() {
  if (is_calling) return;
  wants_more = false;
  node.pipeline.completed(*this);
}

void Run::wake(unsigned) noexcept {
  loop_home.check();
  node.pipeline.timer_fired(*this);
}

}  // namespace capstan::engine
