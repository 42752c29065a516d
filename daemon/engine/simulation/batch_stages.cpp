// Stages that put items together and take them apart, each on workers and on the loop.
#include <capstan/sdk/detail/item_access.hpp>

#include "engine/simulation/instance.hpp"
#include "engine/simulation/stage_types.hpp"

namespace capstan::engine::simulation {

namespace {

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

template <class Base>
class Batch final : public Base {
 public:
  Batch(StageContext& context, const Options& options) : instance_(context, options) {}
  Items<Base> process(Item in) override {
    const Inside inside(instance_);
    instance_.take(in);
    if constexpr (kIsAsync<Base>) {
      const auto nap = instance_.nap(in);
      if (nap.count() % 2 > 0) co_await sleep_for(instance_.context(), nap);
    }
    if (!members_.add(std::exchange(in, Item()))) co_return;
    Item out = members_.take();
    co_yield out;
  }
  Items<Base> tick_items() override {
    const Inside inside(instance_);
    if (Item out = members_.tick()) co_yield out;
  }
  Items<Base> finish_items() override {
    const Inside inside(instance_);
    if (Item out = members_.take_rest()) co_yield out;
  }

 private:
  Instance instance_;
  Members members_{instance_};
};

template <class Base>
class Unbatch final : public Base {
 public:
  Unbatch(StageContext& context, const Options& options) : instance_(context, options) {}
  Items<Base> process(Item in) override {
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

constexpr StageType kBatch = plain<Batch<GeneratorStage>>();
constexpr StageType kAsyncBatch = plain<Batch<AsyncGeneratorStage>>();
constexpr StageType kUnbatch = separating<Unbatch<GeneratorStage>>();
constexpr StageType kAsyncUnbatch = separating<Unbatch<AsyncGeneratorStage>>();

}  // namespace capstan::engine::simulation
