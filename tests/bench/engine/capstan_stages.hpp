// The stages of the subject `capstan`, and what they share with the program that runs them.
#pragma once

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

/// The items of a run, as they are made and leave. Home: the loop. One for each process: a stage is
/// handed nothing but its options.
class Traffic {
 public:
  void expect(std::uint64_t n_items, unsigned in_flight, std::uint64_t n_per_job) {
    this->n_items = n_items;
    this->n_per_job = n_per_job;
    is_one_by_one = in_flight == 1;
    latencies = Latencies(n_items, in_flight);
  }
  /// Stamps the next item.
  Clock::time_point make() {
    if (n_made == 0) watch.start();
    return latencies.is_sampled(n_made++) ? Clock::now() : Clock::time_point();
  }
  void left(Clock::time_point made_at) {
    if (made_at != Clock::time_point()) latencies.add(Clock::now() - made_at);
    if (++n_left == n_items) watch.stop();
  }

  std::uint64_t n_items = 0, n_per_job = 0;
  bool is_one_by_one = false;  ///< the next item is made when the one before has left
  std::uint64_t n_made = 0, n_left = 0;
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
    n_left_to_make_ = traffic.n_per_job;
    next(completion);
  }
  void next(Completion& completion) final {
    if (traffic.is_one_by_one && traffic.n_made > traffic.n_left) {
      completion_ = &completion;
      traffic.waiting = this;
      return;
    }
    Item out = make(input_, traffic.make());
    const bool is_last = --n_left_to_make_ == 0;
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
  std::uint64_t n_left_to_make_ = 0;
  Completion* completion_ = nullptr;
};

/// A feed that is a source: each of its items becomes a job. A reference carries no stamp; its
/// number finds it.
class Source final : public Feed {
 public:
  using Feed::Feed;
  inline static std::vector<Clock::time_point> made_at;

 private:
  Item make(const Item&, Clock::time_point now) override {
    const std::uint64_t number = traffic.n_made - 1;
    made_at[number % made_at.size()] = now;
    return Item(make_ref<Reference>(std::to_string(number)));
  }
};

class Pass final : public MapStage {
 public:
  Pass(StageContext&, const Options&) {}
  Item process(Item in) override { return in; }
};

inline constexpr StageType kFeed =
    stage_type<Feed>({"feed", "many items of a job", "*", Stamp::kType, Scope::item});
inline constexpr StageType kSource =
    stage_type<Source>({"source", "a job an item", nullptr, "reference", Scope::pipeline});
inline constexpr StageType kPass = stage_type<Pass>({"pass", "nothing", "*", "*", Scope::item});

}  // namespace bench
