// Tiny items whose fate follows from their number, and the stages that they go through.
//
//   source -> spread -> route -+-> near -+-> merge -+-> pile   (pipeline scope: batches)
//                              +-> far  -+          +-> count  (job scope)
#pragma once

#include <atomic>
#include <stdexcept>
#include <utility>
#include <vector>

#include <capstan/sdk/plugin.hpp>

#include "graph/graph.hpp"

namespace soak {

using namespace capstan;

enum class Fate { invalid = 0, pass, retry_once, drop, fail_item, fail_job };

/// The same for everybody who asks: stages act on it, the test predicts from it.
inline Fate fate_of(std::uint64_t id) {
  std::uint64_t x = id + 0x9e3779b97f4a7c15U;  // splitmix64
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  x ^= x >> 31;
  if (x % 20'011 == 0) return Fate::fail_job;
  if (x % 1009 == 0) return Fate::fail_item;
  if (x % 509 == 0) return Fate::retry_once;
  return x % 61 == 0 ? Fate::drop : Fate::pass;
}

/// Items of a job are numbered job * kPerJob, job * kPerJob + 1, ...
inline constexpr std::uint64_t kPerJob = 50;

/// Lives of everything that is made, over all threads.
struct Lives {
  std::atomic<std::int64_t> n_items{0};
  std::atomic<std::int64_t> n_instances{0};
  std::atomic<std::uint64_t> n_made{0};
};
inline Lives lives;

class Tiny final : public Payload {
 public:
  static constexpr const char* kType = "soak.tiny";
  explicit Tiny(std::uint64_t number) : id(number) {
    ++lives.n_items;
    lives.n_made.fetch_add(1, std::memory_order_relaxed);
  }
  ~Tiny() override { --lives.n_items; }
  const char* type() const noexcept override { return kType; }
  std::size_t size_bytes() const noexcept override { return sizeof(Tiny); }
  const std::uint64_t id;
  mutable std::atomic<int> n_tries{0};
};

/// The numbers of a batch, or of one job.
class Pile final : public Payload {
 public:
  static constexpr const char* kType = "soak.pile";
  Pile(bool is_whole_job, std::vector<std::uint64_t> numbers)
      : is_of_job(is_whole_job), ids(std::move(numbers)) {}
  const char* type() const noexcept override { return kType; }
  std::size_t size_bytes() const noexcept override { return sizeof(Pile) + ids.size() * 8; }
  const bool is_of_job;
  const std::vector<std::uint64_t> ids;
};

struct CountsLives {
  CountsLives() { ++lives.n_instances; }
  ~CountsLives() { --lives.n_instances; }
  CountsLives(const CountsLives&) = delete;
};

inline constexpr Option kNumber[] = {
    {.name = "n", .type = OptionType::integer, .default_value = "3", .help = "how many"}};

/// Jobs 0 to n - 1.
class JobSource final : public GeneratorStage {
 public:
  JobSource(StageContext&, const Options& options) : n_(options.integer("n")) {}
  Generator<Item> process(Item) override {
    for (std::int64_t i = 0; i < n_; ++i) {
      Item item(make_ref<Reference>(std::to_string(i)));
      co_yield item;
    }
  }

 private:
  std::int64_t n_;
  CountsLives lives_;
};

inline std::uint64_t job_of(const Item& item) { return std::stoull(item.job().input); }

/// A job's items, on the loop.
class Spread final : public AsyncGeneratorStage {
 public:
  Spread(StageContext& context, const Options&) : context_(context) {}
  AsyncGenerator<Item> process(Item in) override {
    const std::uint64_t first = job_of(in) * kPerJob;
    if (first % 1024 == 0) co_await sleep_for(context_, std::chrono::microseconds(100));
    for (std::uint64_t id = first; id < first + kPerJob; ++id) {
      Item out = in.with(make_ref<Tiny>(id));
      co_yield out;
    }
  }

 private:
  StageContext& context_;
  CountsLives lives_;
};

/// Drops, fails and sends the others down two paths.
class Route final : public MapStage {
 public:
  Route(StageContext&, const Options&) {}
  static std::vector<std::string> paths(const Options&) { return {"near", "far"}; }
  Item process(Item in) override {
    const Tiny& tiny = in.get<Tiny>();
    const Fate fate = fate_of(tiny.id);
    if (fate == Fate::drop) return Item();
    if (fate == Fate::fail_item) throw std::runtime_error("bad item");
    if (fate == Fate::retry_once && ++tiny.n_tries == 1) throw std::runtime_error("not yet");
    in.take_path(tiny.id % 3 == 0 ? 1 : 0);
    return in;
  }

 private:
  CountsLives lives_;
};

class Near final : public MapStage {
 public:
  Near(StageContext&, const Options&) {}
  Item process(Item in) override { return in; }

 private:
  CountsLives lives_;
};

/// On the loop; now and then it waits, or lends a function to a worker.
class Far final : public AsyncMapStage {
 public:
  Far(StageContext& context, const Options&) : context_(context) {}
  Task<Item> process(Item in) override {
    const std::uint64_t id = in.get<Tiny>().id;
    if (id % 1023 == 0) co_await sleep_for(context_, std::chrono::microseconds(50));
    std::uint64_t sum = 0;
    auto work = [&sum, id] { sum = id + 1; };
    if (id % 129 == 0) co_await offload(context_, work);
    if (sum != 0 && sum != id + 1) throw std::logic_error("the function did not run");
    co_return in;
  }

 private:
  StageContext& context_;
  CountsLives lives_;
};

class Merge final : public GeneratorStage {
 public:
  Merge(StageContext&, const Options&) {}
  Generator<Item> process(Item in) override {
    if (fate_of(in.get<Tiny>().id) == Fate::fail_job) throw std::runtime_error("bad job");
    co_yield in;
  }

 private:
  CountsLives lives_;
};

/// Pipeline scope: batches of n items of any jobs, or of what came within a millisecond.
class Piles final : public GeneratorStage {
 public:
  Piles(StageContext& context, const Options& options)
      : context_(context), n_(static_cast<std::size_t>(options.integer("n"))) {}
  Generator<Item> process(Item in) override {
    ids_.push_back(in.get<Tiny>().id);
    if (batch_) {
      batch_.absorb(in);
    } else {
      batch_ = std::move(in);
    }
    in = Item();
    if (ids_.size() == 1) context_.request_tick(std::chrono::milliseconds(1));
    if (ids_.size() < n_) co_return;
    Item out = take();
    co_yield out;
  }
  Generator<Item> tick_items() override { return finish_items(); }
  Generator<Item> finish_items() override {
    if (!batch_) co_return;
    Item out = take();
    co_yield out;
  }

 private:
  Item take() {
    Item out = std::exchange(batch_, Item()).with(make_ref<Pile>(false, std::exchange(ids_, {})));
    return out;
  }
  StageContext& context_;
  std::size_t n_;
  Item batch_;
  std::vector<std::uint64_t> ids_;
  CountsLives lives_;
};

/// Job scope: all numbers of the job, at its end.
class Count final : public GeneratorStage {
 public:
  Count(StageContext&, const Options&) {}
  Generator<Item> process(Item in) override {
    ids_.push_back(in.get<Tiny>().id);
    last_ = std::move(in);
    co_return;
  }
  Generator<Item> finish_items() override {
    if (!last_) co_return;
    Item out = last_.with(make_ref<Pile>(true, std::move(ids_)));
    last_ = Item();
    co_yield out;
  }

 private:
  Item last_;
  std::vector<std::uint64_t> ids_;
  CountsLives lives_;
};

template <class S, Scope kScope = Scope::item>
inline constexpr StageType kType = stage_type<S>({"stage", "of the soak", "*", "*", kScope,
                                                  kNumber});
inline constexpr StageType kJobSource =
    stage_type<JobSource>({"source", "of the soak", nullptr, "*", Scope::pipeline, kNumber});

}  // namespace soak
