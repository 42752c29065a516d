#include "engine/run.hpp"

#include <algorithm>

#include "engine/engine.hpp"
#include "engine/pipeline.hpp"

namespace capstan::engine {

void Run::run() noexcept {
  worker_home.check();
  started_at.store(Loop::Clock::now().time_since_epoch().count(), std::memory_order_relaxed);
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
  if ((has_failed || was_cancelled) && node.is_sync()) {
    if (slot->is_constructed()) slot->sync().discard();
    input = Item();
  }
}

void Run::step_sync() {
  SyncStage& stage = slot->sync();
  if (call == Call::discard) {
    stage.discard();
    result = Step::done;
    return;
  }
  bool wants_more = true;
  while (wants_more) {
    Item out;
    Step step = Step::invalid;
    if (call == Call::begin) {
      step = stage.begin(std::move(input), out);
    } else if (call == Call::finish) {
      step = stage.finish(out);
    } else {
      step = stage.next(out);
    }
    call = Call::next;
    wants_more = take_output(step, std::move(out));
  }
}

bool Run::take_output(Step step, Item out) {
  result = step;
  if (step == Step::invalid) throw std::logic_error("the stage returned no valid step");
  if (step == Step::done) return false;
  std::size_t size = 0;
  if (out) {
    out.payload()->charge(node.pipeline.engine().memory());
    size = out.payload()->size_bytes();
  }
  outputs.push_back(std::move(out));
  if (step == Step::last) return false;
  grant_items -= 1;
  grant_bytes -= std::min(grant_bytes, size);
  return grant_items > 0 && grant_bytes > 0 && !slot->is_cancelled();
}

void Run::done() noexcept {
  loop_home.check();
  if (!node.is_sync() && !has_failed && !was_cancelled && !is_abandoned) {
    call_async();  // the worker only made the instance
  } else {
    node.pipeline.completed(*this);
  }
}

void Run::call_async() {
  started_at.store(Loop::Clock::now().time_since_epoch().count(), std::memory_order_relaxed);
  set_in_stage(true);
  try {
    slot->start();
    if (call == Call::begin) {
      slot->async().begin(std::move(input), *this);
    } else if (call == Call::finish) {
      slot->async().finish(*this);
    } else {
      slot->async().next(*this);
    }
  } catch (const std::exception& failure) {
    fail(failure.what());
  } catch (...) {
    fail("threw something that is not a std::exception");
  }
}

void Run::set_in_stage(bool is_inside) noexcept {
  is_in_stage = is_inside;
  // A source may wait for ever, which must not keep others from going on.
  if (node.is_source()) return;
  Engine& engine = node.pipeline.engine();
  is_inside ? engine.step_begun() : engine.step_ended();
}

void Run::complete(Step step, Item out) noexcept {
  loop_home.check();
  set_in_stage(false);
  try {
    take_output(step, std::move(out));
  } catch (const std::exception& failure) {
    has_failed = true;
    message = failure.what();
  }
  node.pipeline.completed(*this);
}

void Run::fail(const std::string& failure) noexcept {
  loop_home.check();
  set_in_stage(false);
  has_failed = true;
  message = failure;
  node.pipeline.completed(*this);
}

void Run::cancelled() noexcept {
  loop_home.check();
  set_in_stage(false);
  was_cancelled = true;
  node.pipeline.completed(*this);
}

void Run::wake(unsigned) noexcept {
  loop_home.check();
  node.pipeline.timer_fired(*this);
}

}  // namespace capstan::engine
