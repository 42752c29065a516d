#include "engine/simulation/stages.hpp"

#include <capstan/sdk/detail/item_access.hpp>

#include "engine/simulation/instance.hpp"

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

class Map final : public MapStage {
 public:
  Map(StageContext& context, const Options& options) : instance_(context, options) {}
  Item process(Item in) override {
    const Inside inside(instance_);
    instance_.take(in);
    check_cancelled(instance_);
    instance_.fail_after(in, 9);
    return instance_.drops(in) ? Item() : instance_.make(in, 0);
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

class AsyncMap final : public AsyncMapStage {
 public:
  AsyncMap(StageContext& context, const Options& options) : instance_(context, options) {}
  Task<Item> process(Item in) override {
    const Inside inside(instance_);
    instance_.take(in);
    const auto nap = instance_.nap(in);
    if (instance_.profile().is_stubborn) {
      co_await StubbornSleep(instance_.context(), nap);
    } else if (nap.count() % 4 > 0) {
      co_await sleep_for(instance_.context(), nap);
    }
    instance_.fail_after(in, 9);
    if (instance_.drops(in)) co_return Item();
    co_return instance_.make(in, 0);
  }

 private:
  Instance instance_;
};

class AsyncSplitter final : public AsyncGeneratorStage {
 public:
  AsyncSplitter(StageContext& context, const Options& options) : instance_(context, options) {}
  AsyncGenerator<Item> process(Item in) override {
    const Inside inside(instance_);
    instance_.take(in);
    const unsigned n = instance_.n_outputs(in);
    for (unsigned i = 0; i < n; ++i) {
      const auto nap = instance_.nap(in);
      if (instance_.profile().is_stubborn) {
        co_await StubbornSleep(instance_.context(), nap);
      } else if (nap.count() % 3 > 0) {
        co_await sleep_for(instance_.context(), nap);
      }
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

/// The members that a batch has so far.
class Members {
 public:
  explicit Members(Instance& instance) : instance_(instance) {}
  /// True when the batch is full.
  bool add(Item in) {
    const Profile& profile = instance_.profile();
    // A list is a member no more: its own members are.
    Ref<Ticket> ticket = ItemAccess::take_ticket(in);
    Item holder;
    ItemAccess::set_ticket(holder, std::move(ticket));
    for_each_member(in, [&](const Item& member) {
      Item made = instance_.make_one(member, 0, true);
      made.absorb(holder);
      items_.push_back(std::move(made));
    });
    if (items_.size() >= profile.n_batch) return true;
    if (profile.tick.count() > 0) instance_.context().request_tick(profile.tick);
    return false;
  }
  Item take() {
    instance_.context().request_tick(std::chrono::nanoseconds(0));
    return items_.empty() ? Item() : instance_.note(gather(std::exchange(items_, {})));
  }
  Item take_rest() {
    if (instance_.has_finished) world->fault("finish() ran twice");
    instance_.has_finished = true;
    if (instance_.profile().drops_rest) items_.clear();
    return take();
  }
  Item tick() {
    if (instance_.has_finished) world->fault("tick() after finish()");
    return take();
  }

 private:
  Instance& instance_;
  std::vector<Item> items_;
};

class Batch final : public GeneratorStage {
 public:
  Batch(StageContext& context, const Options& options) : instance_(context, options) {}
  Generator<Item> process(Item in) override {
    const Inside inside(instance_);
    instance_.take(in);
    if (!members_.add(std::exchange(in, Item()))) co_return;
    Item out = members_.take();
    co_yield out;
  }
  Generator<Item> tick_items() override {
    const Inside inside(instance_);
    if (Item out = members_.tick()) co_yield out;
  }
  Generator<Item> finish_items() override {
    const Inside inside(instance_);
    if (Item out = members_.take_rest()) co_yield out;
  }

 private:
  Instance instance_;
  Members members_{instance_};
};

class AsyncBatch final : public AsyncGeneratorStage {
 public:
  AsyncBatch(StageContext& context, const Options& options) : instance_(context, options) {}
  AsyncGenerator<Item> process(Item in) override {
    const Inside inside(instance_);
    instance_.take(in);
    const auto nap = instance_.nap(in);
    if (nap.count() % 2 > 0) co_await sleep_for(instance_.context(), nap);
    if (!members_.add(std::exchange(in, Item()))) co_return;
    Item out = members_.take();
    co_yield out;
  }
  AsyncGenerator<Item> tick_items() override {
    const Inside inside(instance_);
    if (Item out = members_.tick()) co_yield out;
  }
  AsyncGenerator<Item> finish_items() override {
    const Inside inside(instance_);
    if (Item out = members_.take_rest()) co_yield out;
  }

 private:
  Instance instance_;
  Members members_{instance_};
};

class Unbatch final : public GeneratorStage {
 public:
  Unbatch(StageContext& context, const Options& options) : instance_(context, options) {}
  Generator<Item> process(Item in) override {
    const Inside inside(instance_);
    instance_.take(in);
    std::vector<Item> members;
    for_each_member(in, [&](const Item& member) { members.push_back(member); });
    for (const Item& member : members) {
      Item out = instance_.make(member, 0);
      co_yield out;
    }
    instance_.fail_after(in, 9);
  }

 private:
  Instance instance_;
};

class AsyncUnbatch final : public AsyncGeneratorStage {
 public:
  AsyncUnbatch(StageContext& context, const Options& options) : instance_(context, options) {}
  AsyncGenerator<Item> process(Item in) override {
    const Inside inside(instance_);
    instance_.take(in);
    std::vector<Item> members;
    for_each_member(in, [&](const Item& member) { members.push_back(member); });
    for (const Item& member : members) {
      Item out = instance_.make(member, 0);
      co_yield out;
    }
    instance_.fail_after(in, 9);
  }

 private:
  Instance instance_;
};

Item new_input(const Profile& profile, unsigned n) {
  Origin origin;
  origin.key = mix(profile.id, n);
  origin.lineage = {n};
  const auto size = origin.key % (profile.output_bytes + 1);
  if (origin.key % 23 == 0) return Item(make_ref<FailedInput>("input", "cannot be read"));
  return Item(make_ref<Grain>(std::move(origin), size));
}

class Source final : public GeneratorStage {
 public:
  Source(StageContext& context, const Options& options) : instance_(context, options) {}
  Generator<Item> process(Item) override {
    const Inside inside(instance_);
    const Profile& profile = instance_.profile();
    instance_.context().expect_jobs(profile.n_source);
    for (unsigned i = 0; i < profile.n_source; ++i) {
      Item out = new_input(profile, i);
      co_yield out;
    }
    if (profile.source_fails) throw std::runtime_error("the source fails half way");
  }

 private:
  Instance instance_;
};

class LiveSource final : public AsyncGeneratorStage {
 public:
  LiveSource(StageContext& context, const Options& options) : instance_(context, options) {}
  AsyncGenerator<Item> process(Item) override {
    const Inside inside(instance_);
    const Profile& profile = instance_.profile();
    for (unsigned i = 0; profile.is_live || i < profile.n_source; ++i) {
      co_await sleep_for(instance_.context(), profile.nap * static_cast<int>(mix(i) % 3));
      Item out = new_input(profile, i);
      co_yield out;
    }
    if (profile.source_fails) throw std::runtime_error("the source fails half way");
  }

 private:
  Instance instance_;
};

constexpr Option kOptions[] = {
    {.name = "n", .type = OptionType::integer, .default_value = "0", .help = "which profile"}};

template <class S>
constexpr StageType plain() {
  return stage_type<S>({"stage", "", "*", "*", Scope::item, kOptions});
}
template <class S>
constexpr StageType separating() {
  return stage_type<S>({.name = "unbatch",
                        .summary = "",
                        .accepts = "*",
                        .produces = "*",
                        .options = kOptions,
                        .separates_jobs = true});
}

}  // namespace

const StageType& type_of(Kind kind) {
  static constexpr StageType kReplayable = stage_type<Splitter>({.name = "replayable",
                                                                 .summary = "",
                                                                 .accepts = "*",
                                                                 .produces = "*",
                                                                 .options = kOptions,
                                                                 .is_replayable = true});
  static constexpr StageType kTypes[] = {
      StageType(),
      plain<Map>(),
      plain<Splitter>(),
      kReplayable,
      plain<AsyncMap>(),
      plain<AsyncSplitter>(),
      plain<Offload>(),
      plain<Batch>(),
      plain<AsyncBatch>(),
      separating<Unbatch>(),
      separating<AsyncUnbatch>(),
      stage_type<Source>({"source", "", nullptr, "*", Scope::pipeline, kOptions}),
      stage_type<LiveSource>({"source", "", nullptr, "*", Scope::pipeline, kOptions}),
  };
  return kTypes[static_cast<std::size_t>(kind)];
}

}  // namespace capstan::engine::simulation
