#include "engine/test_stages.hpp"

namespace capstan::engine {

Seen seen;

void Seen::note_thread(ThreadRole expected) {
  const bool is_loop = std::this_thread::get_id() == loop_thread;
  const bool has_threads = loop_thread != std::thread::id();
  const bool is_wrong_id = has_threads && is_loop != (expected == ThreadRole::loop);
  if (current_thread_role != expected || is_wrong_id) ++n_wrong_thread;
}

Item text(const Item& in, const std::string& value) { return in.with(make_ref<Reference>(value)); }
std::string text_of(const Item& item) { return item.get<Reference>().location(); }

namespace {

/// A source of n references named 0, 1, ...; one named "bad" cannot be taken when n is negative.
class CountSource final : public GeneratorStage {
 public:
  CountSource(StageContext& context, const Options& options)
      : context_(context), n_(options.integer("n")) {}
  Generator<Item> process(Item) override {
    context_.expect_jobs(static_cast<std::uint64_t>(n_));
    for (int i = 0; i < n_; ++i) {
      Item item(make_ref<Reference>(std::to_string(i)));
      co_yield item;
    }
  }

 private:
  StageContext& context_;
  std::int64_t n_;
  Lives lives_;
};

class Pass final : public MapStage {
 public:
  Pass(StageContext&, const Options&) {}
  Item process(Item in) override {
    const Inside inside;
    seen.note_thread(ThreadRole::worker);
    return in;
  }

 private:
  Lives lives_;
};

/// Notes its calls, and lets a test do something on the loop while a worker is in one.
class Probe final : public MapStage {
 public:
  Probe(StageContext& context, const Options&) : context_(context) {}
  Item process(Item in) override {
    const Inside inside;
    seen.calls.push_back(std::string(context_.stage()) + ":" + text_of(in));
    if (!seen.during_call) return in;
    const RoleScope role(ThreadRole::loop);
    seen.during_call(seen.calls.back());
    return in;
  }

 private:
  StageContext& context_;
  Lives lives_;
};

/// n outputs of each item: "x/0", "x/1", ...
class Split final : public GeneratorStage {
 public:
  Split(StageContext&, const Options& options) : n_(options.integer("n")) {}
  Generator<Item> process(Item in) override {
    const Inside inside;
    for (int i = 0; i < n_; ++i) {
      Item out = text(in, text_of(in) + "/" + std::to_string(i));
      co_yield out;
    }
  }

 private:
  std::int64_t n_;
  Lives lives_;
};

/// Sleeps n milliseconds on the loop, less for later items, so that they overtake.
class Nap final : public AsyncMapStage {
 public:
  Nap(StageContext& context, const Options& options)
      : context_(context), n_(options.integer("n")) {}
  Task<Item> process(Item in) override {
    const Inside inside;
    seen.note_thread(ThreadRole::loop);
    const auto shorter = std::chrono::milliseconds(seen.n_entered.load() % 7);
    co_await sleep_for(context_, std::chrono::milliseconds(n_ + 10) - shorter);
    co_return in;
  }

 private:
  StageContext& context_;
  std::int64_t n_;
  Lives lives_;
};

/// As Split, by an async generator.
class NapSplit final : public AsyncGeneratorStage {
 public:
  NapSplit(StageContext& context, const Options& options)
      : context_(context), n_(options.integer("n")) {}
  AsyncGenerator<Item> process(Item in) override {
    const Inside inside;
    for (int i = 0; i < n_; ++i) {
      co_await sleep_for(context_, std::chrono::milliseconds(1 + seen.n_entered.load() % 3));
      Item out = text(in, text_of(in) + "/" + std::to_string(i));
      co_yield out;
    }
  }

 private:
  StageContext& context_;
  std::int64_t n_;
  Lives lives_;
};

/// Runs a function on the pool.
class Offloads final : public AsyncMapStage {
 public:
  Offloads(StageContext& context, const Options&) : context_(context) {}
  Task<Item> process(Item in) override {
    const Inside inside;
    auto work = [] { seen.note_thread(ThreadRole::worker); };
    co_await offload(context_, work);
    seen.note_thread(ThreadRole::loop);
    co_return in;
  }

 private:
  StageContext& context_;
  Lives lives_;
};

/// Fails the first `seen.fail_first` tries of each text, and always on texts that start with "bad".
class Fails final : public MapStage {
 public:
  Fails(StageContext&, const Options&) {}
  Item process(Item in) override {
    const std::string what = text_of(in);
    if (what.rfind("bad", 0) == 0) throw std::runtime_error("bad text");
    if (what.rfind("odd", 0) == 0) throw 42;  // NOLINT: a plugin may throw anything
    if (++seen.n_tries[what] <= seen.fail_first) throw std::runtime_error("not yet");
    return in;
  }

 private:
  Lives lives_;
};

/// Gives seen.feed, then fails if the last text is "throw".
class FeedSource final : public GeneratorStage {
 public:
  FeedSource(StageContext&, const Options&) {}
  Generator<Item> process(Item) override {
    for (const std::string& each : seen.feed) {
      if (each == "throw") throw std::runtime_error("the feed broke");
      Item item = each == "unreadable" ? Item(make_ref<FailedInput>(each, "no permission"))
                                       : Item(make_ref<Reference>(each));
      co_yield item;
    }
  }

 private:
  Lives lives_;
};

/// Gives 0, 1, ... without end, one every n milliseconds.
class ClockSource final : public AsyncGeneratorStage {
 public:
  ClockSource(StageContext& context, const Options& options)
      : context_(context), n_(options.integer("n")) {}
  AsyncGenerator<Item> process(Item) override {
    for (int i = 0;; ++i) {
      co_await sleep_for(context_, std::chrono::milliseconds(n_));
      Item item(make_ref<Reference>(std::to_string(i)));
      co_yield item;
    }
  }

 private:
  StageContext& context_;
  std::int64_t n_;
  Lives lives_;
};

/// Drops every second item.
class Halves final : public MapStage {
 public:
  Halves(StageContext&, const Options&) {}
  Item process(Item in) override { return n_++ % 2 ? Item() : in; }

 private:
  int n_ = 0;
  Lives lives_;
};

/// Job scope: collects a job's texts and gives them, joined, at its end.
class Join final : public GeneratorStage {
 public:
  Join(StageContext&, const Options&) {}
  ~Join() override = default;
  Generator<Item> process(Item in) override {
    last_ = in;
    joined_ += (joined_.empty() ? "" : "+") + text_of(in);
    co_return;
  }
  Generator<Item> finish_items() override {
    ++seen.n_finished;
    if (!last_) co_return;
    Item out = text(last_, joined_);
    co_yield out;
  }

 private:
  Item last_;
  std::string joined_;
  Lives lives_;
};

/// Pipeline scope: batches of n items of any jobs; the rest at the end.
class Batch final : public GeneratorStage {
 public:
  Batch(StageContext&, const Options& options) : n_(options.integer("n")) {}
  Generator<Item> process(Item in) override {
    add(in);
    in = Item();
    if (++n_held_ < n_) co_return;
    n_held_ = 0;
    Item out = std::exchange(batch_, Item());
    co_yield out;
  }
  Generator<Item> finish_items() override {
    ++seen.n_finished;
    Item out = std::exchange(batch_, Item());
    if (out) co_yield out;
  }

 private:
  void add(const Item& in) {
    if (!batch_) {
      batch_ = in;
    } else {
      batch_ = text(batch_, text_of(batch_) + "+" + text_of(in));
      batch_.absorb(in);
    }
  }
  std::int64_t n_;
  std::int64_t n_held_ = 0;
  Item batch_;
  Lives lives_;
};

class ThrowingStage final : public MapStage {
 public:
  ThrowingStage(StageContext&, const Options&) { throw std::runtime_error("no such device"); }
  Item process(Item in) override { return in; }
};

}  // namespace

const StageType kSource =
    stage_type<CountSource>({"source", "for tests", nullptr, "*", Scope::pipeline, kNumber});
const StageType kFeed =
    stage_type<FeedSource>({"source", "for tests", nullptr, "*", Scope::pipeline, kNumber});
const StageType kClock =
    stage_type<ClockSource>({"source", "for tests", nullptr, "*", Scope::pipeline, kNumber});
const StageType kJoin = stage_type<Join>({"join", "for tests", "*", "*", Scope::job, kNumber});
const StageType kBatch =
    stage_type<Batch>({"batch", "for tests", "*", "*", Scope::pipeline, kNumber});
const StageType kPass = kMapType<Pass>;
const StageType kProbe = kMapType<Probe>;
const StageType kSplit = kMapType<Split>;
const StageType kNap = kMapType<Nap>;
const StageType kNapSplit = kMapType<NapSplit>;
const StageType kOffloads = kMapType<Offloads>;
const StageType kFails = kMapType<Fails>;
const StageType kHalves = kMapType<Halves>;
const StageType kThrowing = kMapType<ThrowingStage>;

}  // namespace capstan::engine
