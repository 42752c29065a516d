// Stages that do with each item by itself what its profile says.
#include "engine/simulation/instance.hpp"
#include "engine/simulation/stage_types.hpp"

namespace capstan::engine::simulation {

namespace {

/// Sleeps, and lets itself not be woken by a request to cancel.
class StubbornSleep final : public Wake {
 public:
  StubbornSleep(StageContext& context, std::chrono::nanoseconds delay)
      : context_(context), delay_(delay) {}
  StubbornSleep(const StubbornSleep&) = delete;
  ~StubbornSleep() {
    if (watch_) world->fault("a coroutine was destroyed in a step under way");
  }
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) {
    handle_ = handle;
    watch_ = context_.loop().add_timer(delay_, *this);
  }
  void await_resume() const noexcept {}

 private:
  void wake(unsigned) noexcept override {
    context_.loop().remove(std::exchange(watch_, nullptr));
    handle_.resume();
  }
  StageContext& context_;
  std::chrono::nanoseconds delay_;
  Loop::Watch* watch_ = nullptr;
  std::coroutine_handle<> handle_;
};

void check_cancelled(Instance& instance) {
  if (!instance.profile().is_stubborn && instance.context().is_cancelled()) throw Cancelled();
}

/// Sleeps, but for one nap in `n`; a stubborn stage sleeps each time.
Task<> sleep_mostly(Instance& instance, std::chrono::nanoseconds nap, int n) {
  if (instance.profile().is_stubborn) {
    co_await StubbornSleep(instance.context(), nap);
  } else if (nap.count() % n > 0) {
    co_await sleep_for(instance.context(), nap);
  }
}

/// The end of process() in a stage that gives one output at most.
Item only_output(Instance& instance, const Item& in) {
  instance.fail_after(in, 9);
  return instance.drops(in) ? Item() : instance.make(in, 0);
}

class Map final : public MapStage {
 public:
  Map(StageContext& context, const Options& options) : instance_(context, options) {}
  Item process(Item in) override {
    const Inside inside(instance_);
    instance_.take(in);
    check_cancelled(instance_);
    return only_output(instance_, in);
  }

 private:
  Instance instance_;
};

class AsyncMap final : public AsyncMapStage {
 public:
  AsyncMap(StageContext& context, const Options& options) : instance_(context, options) {}
  Task<Item> process(Item in) override {
    const Inside inside(instance_);
    instance_.take(in);
    co_await sleep_mostly(instance_, instance_.nap(in), 4);
    co_return only_output(instance_, in);
  }

 private:
  Instance instance_;
};

/// In job scope it gives one more at the end.
class Splitter final : public GeneratorStage {
 public:
  Splitter(StageContext& context, const Options& options) : instance_(context, options) {}
  Generator<Item> process(Item in) override {
    const Inside inside(instance_);
    instance_.take(in);
    const bool has_end = instance_.profile().of().scope == Scope::job && !in.get_if<ItemList>();
    last_ = has_end ? in : Item();
    const unsigned n = instance_.n_outputs(in);
    for (unsigned i = 0; i < n; ++i) {
      instance_.fail_after(in, i);
      check_cancelled(instance_);
      Item out = instance_.drops(in) && i % 2 == 0 ? Item() : instance_.make(in, i);
      co_yield out;
    }
    instance_.fail_after(in, 9);
  }
  Generator<Item> finish_items() override {
    const Inside inside(instance_);
    if (instance_.has_finished) world->fault("finish() ran twice");
    instance_.has_finished = true;
    if (!last_) co_return;
    if (world->record_of(last_.job()).is_over) world->fault("finish() of a job that is over");
    Item out = instance_.make(std::exchange(last_, Item()), 1000);
    co_yield out;
  }

 private:
  Item last_;
  Instance instance_;
};

/// Unlike Splitter it drops nothing and gives nothing at the end.
class AsyncSplitter final : public AsyncGeneratorStage {
 public:
  AsyncSplitter(StageContext& context, const Options& options) : instance_(context, options) {}
  AsyncGenerator<Item> process(Item in) override {
    const Inside inside(instance_);
    instance_.take(in);
    const unsigned n = instance_.n_outputs(in);
    for (unsigned i = 0; i < n; ++i) {
      co_await sleep_mostly(instance_, instance_.nap(in), 3);
      instance_.fail_after(in, i);
      Item out = instance_.make(in, i);
      co_yield out;
    }
    instance_.fail_after(in, 9);
  }

 private:
  Instance instance_;
};

class Offload final : public AsyncMapStage {
 public:
  Offload(StageContext& context, const Options& options) : instance_(context, options) {}
  Task<Item> process(Item in) override {
    const Inside inside(instance_);
    instance_.take(in);
    bool is_on_worker = false;
    auto work = [&] { is_on_worker = current_thread_role == ThreadRole::worker; };
    co_await offload(instance_.context(), work);
    if (!is_on_worker) world->fault("an offloaded function did not run on a worker");
    instance_.fail_after(in, 9);
    co_return instance_.make(in, 0);
  }

 private:
  Instance instance_;
};

}  // namespace

constexpr StageType kMap = plain<Map>();
constexpr StageType kSplitter = plain<Splitter>();
constexpr StageType kReplayable = stage_type<Splitter>({.name = "replayable",
                                                        .summary = "",
                                                        .accepts = "*",
                                                        .produces = "*",
                                                        .options = kOptions,
                                                        .is_replayable = true});
constexpr StageType kAsyncMap = plain<AsyncMap>();
constexpr StageType kAsyncSplitter = plain<AsyncSplitter>();
constexpr StageType kOffload = plain<Offload>();

}  // namespace capstan::engine::simulation
