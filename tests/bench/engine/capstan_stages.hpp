// The stages of the subject `capstan`, and what they share with the program that runs them.
#pragma once

#include <functional>
#include <future>

#include <capstan/sdk/plugin.hpp>

#include "bench/measure.hpp"

namespace bench {

using namespace capstan;

/// What flows. A default time means: not sampled.
class Stamp final : public Payload {
 public:
  static constexpr const char* kType = "bench.stamp";
  explicit Stamp(Clock::time_point when) : made_at(when) {}
  const char* type() const noexcept override { return kType; }
  std::size_t size_bytes() const noexcept override { return sizeof(Stamp); }
  const Clock::time_point made_at;
};

/// The items of a run, as they are made and leave. Home: the loop. One for each process, since all
/// that a stage is handed is its options.
class Traffic {
 public:
  void expect(std::uint64_t n_all, unsigned in_flight, std::uint64_t n_of_a_job) {
    n_items = n_all;
    n_per_job = n_of_a_job;
    is_one_by_one = in_flight == 1;
    latencies = Latencies(n_items, in_flight);
  }
  /// Stamps the next item.
  Clock::time_point make() {
    if (n_made == 0 && on_first_made) on_first_made();
    if (n_made == 0) watch.start();
    const bool is_sampled = latencies.is_sampled(n_made);
    if (++n_made == n_items && on_last_made) on_last_made();
    most_in_flight = std::max(most_in_flight, n_made - n_left);
    return is_sampled ? Clock::now() : Clock::time_point();
  }
  void left(Clock::time_point made_at) {
    if (made_at != Clock::time_point()) latencies.add(Clock::now() - made_at);
    if (++n_left == n_items) watch.stop();
  }

  std::uint64_t n_items = 0, n_per_job = 0;
  bool is_one_by_one = false;  ///< the next item is made when the one before has left
  std::uint64_t n_made = 0, n_left = 0, most_in_flight = 0;
  std::function<void()> on_first_made, on_last_made;
  Latencies latencies{0, 1};
  Stopwatch watch;
  Wake* waiting = nullptr;  ///< a feed that waits for an item to leave
};
inline Traffic traffic;

/// Makes items on the loop whenever the engine asks for one. No coroutine: what is measured is the
/// stage behind it.
class Feed : public AsyncStage, private Wake {
 public:
  static constexpr bool kOneToMany = true;
  Feed(StageContext&, const Options&) {}
  void begin(Item in, Completion& completion) final {
    input_ = std::move(in);
    n_still_to_make_ = traffic.n_per_job;
    next(completion);
  }
  void next(Completion& completion) final {
    if (traffic.is_one_by_one && traffic.n_made > traffic.n_left) {
      completion_ = &completion;
      traffic.waiting = this;
      return;
    }
    Item out = make(input_, traffic.make());
    const bool is_last = --n_still_to_make_ == 0;
    if (is_last) input_ = Item();
    completion.complete(is_last ? Step::last : Step::more, std::move(out));
  }
  void finish(Completion& completion) final { completion.complete(Step::done, Item()); }
  void cancel() noexcept final {}

 private:
  virtual Item make(const Item& input, Clock::time_point made_at) {
    return input.with(make_ref<Stamp>(made_at));
  }
  void wake(unsigned) noexcept final { next(*completion_); }

  Item input_;
  std::uint64_t n_still_to_make_ = 0;
  Completion* completion_ = nullptr;
};

/// A feed that is a source: each of its items becomes a job. A reference carries no stamp; its
/// number finds it.
class Source final : public Feed {
 public:
  using Feed::Feed;
  static Clock::time_point made_at(const Reference& reference) {
    return made_at_[std::stoull(reference.location()) % kWindow];
  }

 private:
  Item make(const Item&, Clock::time_point now) override {
    const std::uint64_t number = traffic.n_made - 1;
    made_at_[number % kWindow] = now;
    return Item(make_ref<Reference>(std::to_string(number)));
  }
  static constexpr std::size_t kWindow = 1 << 16;  // more than are ever in flight
  inline static std::vector<Clock::time_point> made_at_ = std::vector<Clock::time_point>(kWindow);
};

class Pass final : public MapStage {
 public:
  Pass(StageContext&, const Options&) {}
  Item process(Item in) override { return in; }
};

/// A coroutine that ends at once.
class Instant final : public AsyncMapStage {
 public:
  Instant(StageContext&, const Options&) {}
  Task<Item> process(Item in) override { co_return in; }
};

/// Lets nothing through before `opened` is set.
class Barrier final : public MapStage {
 public:
  Barrier(StageContext&, const Options&) {}
  Item process(Item in) override {
    is_open_.wait();
    return in;
  }
  inline static std::promise<void> opened;

 private:
  inline static const std::shared_future<void> is_open_ = opened.get_future().share();
};

/// Sleeps on the loop, and notes how late it was woken.
class Sleeper final : public AsyncMapStage {
 public:
  Sleeper(StageContext& context, const Options&) : context_(context) {}
  Task<Item> process(Item in) override {
    const double before = n_asleep == 0 ? allocated_bytes() : 0;
    Task<Item> task = sleep(std::move(in), n_asleep);
    if (n_asleep == 0) frame_bytes = allocated_bytes() - before;
    return task;
  }

  inline static std::uint64_t n_asleep = 0;
  inline static double frame_bytes = 0;
  inline static Latencies lateness{0, 1};
  inline static std::function<void()> on_all_asleep;

 private:
  Task<Item> sleep(Item in, std::uint64_t number) {
    const auto delay = sleep_time(number, traffic.n_items);
    const auto asked_at = Clock::now();
    if (++n_asleep == traffic.n_items) on_all_asleep();
    co_await sleep_for(context_, delay);
    lateness.add(Clock::now() - asked_at - delay);
    co_return in;
  }
  StageContext& context_;
};

template <class S>
inline constexpr StageType kItemType = stage_type<S>({"stage", "of the benchmark", "*", "*",
                                                      Scope::item});
inline constexpr StageType kSource =
    stage_type<Source>({"source", "a job an item", nullptr, "reference", Scope::pipeline});

}  // namespace bench
