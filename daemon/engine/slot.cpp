#include "engine/slot.hpp"

#include "engine/engine.hpp"
#include "engine/pipeline.hpp"

namespace capstan::engine {

namespace {

/// Carries a coroutine's function to the pool and its end back to the loop.
class OffloadTask final : public WorkerTask {
 public:
  explicit OffloadTask(Work& work) : work_(work) {}
  WorkerTask* run() noexcept override {
    work_.run();
    return nullptr;
  }
  void done() noexcept override {
    Work& work = work_;
    delete this;
    work.done();
  }

 private:
  Work& work_;
};

}  // namespace

std::string_view Slot::pipeline() const noexcept { return node_.pipeline.name(); }
std::string_view Slot::stage() const noexcept { return node_.plan.id; }
Logger& Slot::log() noexcept { return node_.logger; }
Loop& Slot::loop() { return node_.pipeline.engine().loop(); }

void Slot::offload(Work& work) {
  loop_home.check();
  auto* task = new OffloadTask(work);
  task->rank = static_cast<unsigned>(node_.index);
  task->share = node_.pipeline.share();
  task->frees_memory = false;  // the step that awaits it tells
  node_.pipeline.engine().submit(*task);
}

void Slot::expect_jobs(std::uint64_t n_jobs) noexcept { node_.pipeline.expect_jobs(n_jobs); }

unsigned Slot::n_spare_workers() const noexcept {
  return node_.pipeline.engine().executor().n_spare_workers();
}

const InputRules& Slot::input_rules() const noexcept {
  return node_.pipeline.engine().input_rules();
}

std::shared_ptr<void> Slot::shared_object(MakeShared make, void* argument) {
  const std::lock_guard lock(node_.shared_mutex);
  if (!node_.shared_object) node_.shared_object = make(argument);
  return node_.shared_object;
}

void Slot::construct() {
  worker_home.check();
  if (is_constructed()) return;
  const StageType& type = node_.type();
  if (type.make_sync) {
    sync_.reset(type.make_sync(*this, node_.plan.options));
  } else {
    async_.reset(type.make_async(*this, node_.plan.options));
  }
}

void Slot::destroy() noexcept {
  worker_home.check();
  sync_.reset();
  async_.reset();
  charge(-n_charged_.load(std::memory_order_relaxed));
}

void Slot::charge(std::int64_t bytes) noexcept {
  n_charged_.fetch_add(bytes, std::memory_order_relaxed);
  node_.pipeline.engine().budget().account.bytes.fetch_add(bytes, std::memory_order_relaxed);
}

void Slot::arm_tick() {
  if (!std::exchange(is_tick_asked_, false)) return;
  cancel_tick();
  if (tick_delay_.count() > 0) tick_timer_ = loop().add_timer(tick_delay_, *this);
}

void Slot::cancel_tick() noexcept {
  is_tick_due_ = false;
  if (tick_timer_) loop().remove(std::exchange(tick_timer_, nullptr));
}

void Slot::wake(unsigned) noexcept {
  loop_home.check();
  cancel_tick();
  is_tick_due_ = true;
  if (!run) node_.pipeline.tick_due(*this);
}

void Slot::start() {
  loop_home.check();
  if (!async_ || is_started_) return;
  async_->start();
  is_started_ = true;
}

void Slot::stop() noexcept {
  loop_home.check();
  if (!is_started_) return;
  is_started_ = false;
  async_->stop();
}

}  // namespace capstan::engine
