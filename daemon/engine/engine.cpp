#include "engine/engine.hpp"

#include <capstan/sdk/detail/item_access.hpp>

#include <algorithm>

#include "engine/pipeline.hpp"

namespace capstan::engine {

namespace {

// Freeing from here on may return pages to the kernel, which takes the loop's time.
constexpr std::size_t kLargePayload = 64 * 1024;

// Finished tasks that are taken up before more work is handed over.
constexpr std::size_t kLot = 16;

// How long something may wait for a task that should have been short.
constexpr std::chrono::milliseconds kNudgeInterval{5};

/// Destroys items on a worker.
class DisposeTask final : public WorkerTask {
 public:
  explicit DisposeTask(std::vector<Item> items) : items_(std::move(items)) {}
  WorkerTask* run() noexcept override {
    items_.clear();
    return nullptr;
  }
  void done() noexcept override { delete this; }

 private:
  std::vector<Item> items_;
};

}  // namespace

Engine::Engine(Loop& loop, Executor& executor, Logger& log, std::size_t memory_budget,
               unsigned seed, const InputRules& input_rules)
    : loop_(loop),
      executor_(executor),
      log_(log),
      budget_(memory_budget),
      input_rules_(input_rules),
      random_(seed) {
  executor_.announce_to(loop_, *this);
}

Engine::~Engine() {
  loop_home.check();
  is_ending_ = true;
  // What is still to be released counts in budget_, which goes with the engine.
  executor_.stop();
  executor_.collect(finished_);
  for (WorkerTask* task : finished_) task->done();
  if (nudge_timer_) loop_.remove(nudge_timer_);
}

Pipeline& Engine::add(const graph::Pipeline& plan, Observer& observer) {
  const unsigned share = executor_.add_share(plan.weight);
  pipelines_.push_back(std::make_unique<Pipeline>(*this, plan, observer, share));
  return *pipelines_.back();
}

void Engine::submit(WorkerTask& task) {
  batch_.push_back(&task);
  n_freeing_ += task.frees_memory;
  if (!is_awake_) schedule();
}

void Engine::schedule() {
  if (is_scheduled_) return;
  is_scheduled_ = true;
  if (!is_awake_) loop_.post(*this);
}

void Engine::dispose_payload(Item item) {
  if (item.payload()->size_bytes() < kLargePayload || !item.payload()->is_unique()) return;
  // Its jobs end now: the pipeline may be gone when a worker comes to it.
  ItemAccess::take_ticket(item);
  disposed_.push_back(std::move(item));
  if (!is_awake_) schedule();
}

bool Engine::begin_substitute(Logger& stage) {
  const bool has_one = executor_.begin_substitute();
  if (!has_one && !lacks_substitute_) {
    stage.error("a worker is stuck here and no thread can be had in its place: the others go on");
  }
  lacks_substitute_ = !has_one;
  return has_one;
}

std::chrono::nanoseconds Engine::jitter(std::chrono::nanoseconds pause) {
  const auto half = pause.count() / 2;
  return std::chrono::nanoseconds(
      std::uniform_int_distribution<std::int64_t>(pause.count() - half, pause.count())(random_));
}

void Engine::wake(unsigned events) noexcept {
  loop_home.check();
  if (events & Loop::kTimer) {
    loop_.remove(std::exchange(nudge_timer_, nullptr));
    executor_.nudge();
  }
  is_awake_ = true;
  executor_.collect(finished_);
  std::size_t n_taken = 0;
  do {
    n_taken = take_up(n_taken);
    is_scheduled_ = false;  // the pump is next
    pump();
    hand_over();
  } while (n_taken < finished_.size());
  finished_.clear();
  is_awake_ = false;
  // Asked for meanwhile, or more than one turn's worth: after what else the loop has to do.
  if (is_scheduled_) loop_.post(*this);
  if (n_working_ > 0 && !nudge_timer_ && executor_.may_hold_back()) {
    nudge_timer_ = loop_.add_timer(kNudgeInterval, *this);
  }
}

/// Takes finished tasks up, from number `first` on: not all at once, so that workers wake while the
/// rest is still being looked at. Returns the number of the next.
std::size_t Engine::take_up(std::size_t first) {
  const std::size_t end = std::min(first + kLot, finished_.size());
  for (std::size_t i = first; i < end; ++i) {
    --n_working_;
    n_freeing_ -= finished_[i]->frees_memory;
    finished_[i]->done();
  }
  return end;
}

void Engine::pump() {
  for (const auto& pipeline : pipelines_) pipeline->pump();
  if (n_freeing_ == 0 && n_awaiting_ == 0 && disposed_.empty()) overdraw();
}

/// With nothing at work that frees memory (small items that flow do not): one of those that were
/// refused may go over the budget (or memory was freed after it was refused, and nobody else would
/// ask again). One an iteration: async stages that are done at once never leave anything at work.
void Engine::overdraw() {
  for (const auto& pipeline : pipelines_) {
    if (!pipeline->overdraw()) continue;
    ++n_overdrafts_;
    return schedule();
  }
}

void Engine::hand_over() {
  if (!disposed_.empty()) {
    batch_.push_back(new DisposeTask(std::exchange(disposed_, {})));
    ++n_freeing_;
  }
  n_working_ += static_cast<std::int64_t>(batch_.size());
  executor_.submit(batch_);
}

}  // namespace capstan::engine
