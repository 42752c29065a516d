// Random graphs under random schedules, failures, drains and stops. Each run follows from its seed:
// to see one again, run with --gtest_filter=*Seed* and the number in the failure.
#include <gtest/gtest.h>

#include "engine/engine_rig.hpp"
#include "engine/test_stages.hpp"

namespace capstan::engine {
namespace {

using namespace std::chrono_literals;

class RandomRun {
 public:
  explicit RandomRun(unsigned seed)
      : random_(seed), rig_(seed + 1, below(4) == 0 ? 200 : SIZE_MAX / 4) {}

  void run() {
    build();
    if (below(5) == 0) rig_.plan.limit.max_failures = below(4);
    rig_.start();
    loop_home.check();
    const std::size_t n_jobs = 1 + below(12);
    for (std::size_t i = 0; i < n_jobs; ++i) {
      rig_.submit((below(6) == 0 ? "bad" : "job") + std::to_string(i));
    }
    rig_.pipeline->close_intake();
    const unsigned stop_at = below(3) == 0 ? below(200) : UINT_MAX;
    const bool is_drain = below(2) == 0;
    for (unsigned step = 0; !rig_.has_finished; ++step) {
      ASSERT_LT(step, 100'000U) << "never ends: " << describe();
      if (step == stop_at) is_drain ? rig_.pipeline->drain() : rig_.pipeline->stop();
      if (!advance()) break;
    }
    check(n_jobs);
  }

 private:
  unsigned below(unsigned n) { return static_cast<unsigned>(random_() % n); }

  /// One event: a worker's task, or some time. False when nothing can happen any more.
  bool advance() {
    rig_.loop.run_until_idle();
    if (rig_.has_finished) return true;
    if (below(3) > 0 && rig_.executor.run_one()) return true;
    if (rig_.loop.n_watches() > 0) {
      rig_.loop.advance(std::chrono::milliseconds(below(5)));
      return true;
    }
    return rig_.executor.run_one();
  }

  void build() {
    static const StageType* const kTypes[] = {&kMapType<Pass>,
                                              &kMapType<Split>,
                                              &kMapType<Nap>,
                                              &kMapType<NapSplit>,
                                              &kMapType<Offloads>,
                                              &kMapType<Fails>,
                                              &kMapType<Halves>,
                                              &kJoin,
                                              &kBatch,
                                              &kMapType<Offloads>,
                                              &kMapType<Fails>};
    const std::size_t n_stages = 1 + below(6);
    std::vector<bool> is_mixed;
    for (std::size_t i = 0; i < n_stages; ++i) {
      Keys keys = random_keys();
      if (i > 0) keys.inputs = {below(static_cast<unsigned>(i))};
      if (i > 1 && below(3) == 0) {
        const std::size_t other = below(static_cast<unsigned>(i));
        if (other != keys.inputs[0]) keys.inputs.push_back(other);
      }
      bool mixed = false;
      for (const std::size_t input : keys.inputs) mixed = mixed || is_mixed[input];
      const StageType* type = kTypes[below(std::size(kTypes))];
      if (mixed && type == &kJoin) type = &kMapType<Pass>;  // refused by the graph
      if (type == &kBatch) keys.concurrency = 1;
      if (type->scope != Scope::item) keys.retry = {};
      is_mixed.push_back(mixed || type == &kBatch);
      description_ += std::string(type == &kJoin    ? " join"
                                  : type == &kBatch ? " batch"
                                                    : " stage") +
                      "x" + std::to_string(keys.concurrency);
      rig_.stage(*type, {{"n", std::to_string(1 + below(3))}}, keys);
    }
  }

  Keys random_keys() {
    Keys keys;
    keys.concurrency = 1 + below(3);
    keys.queue_items = 1 + below(3);
    keys.order = static_cast<graph::Order>(1 + below(3));
    keys.on_error = below(3) == 0 ? graph::OnError::drop : graph::OnError::fail;
    if (below(3) == 0) keys.retry = {.n_retries = 1 + below(2), .backoff = 1ms};
    if (below(8) == 0) keys.timeout = std::chrono::milliseconds(1 + below(20));
    return keys;
  }

  void check(std::size_t n_jobs) {
    loop_home.check();
    ASSERT_TRUE(rig_.has_finished) << "stuck: " << describe();
    EXPECT_EQ(rig_.settled_order.size(), rig_.settled.size()) << "a job settled twice";
    EXPECT_EQ(rig_.settled.size() + rig_.n_unstarted, n_jobs) << "a job was lost";
    EXPECT_EQ(rig_.pipeline->n_jobs_in_flight(), 0U);
    EXPECT_EQ(rig_.loop.n_watches(), 0U) << "a timer was left";
    EXPECT_EQ(rig_.executor.n_queued(), 0U);
    EXPECT_EQ(rig_.engine.budget().account.bytes.load(), 0) << "a payload leaked";
    EXPECT_EQ(seen.n_instances, 0) << "an instance leaked";
    EXPECT_EQ(seen.n_inside, 0) << "a coroutine leaked";
    EXPECT_EQ(seen.n_wrong_thread, 0);
    for (const StageCounts& stage : rig_.pipeline->counts()) {
      EXPECT_EQ(stage.n_inside + stage.n_queued, 0U) << stage.plan->id;
    }
  }

  std::string describe() {
    loop_home.check();
    std::string text = description_;
    for (const StageCounts& stage : rig_.pipeline->counts()) {
      text += " [" + stage.plan->id + " inside " + std::to_string(stage.n_inside) + " queued " +
              std::to_string(stage.n_queued) + "]";
    }
    return text;
  }

  std::mt19937 random_;
  Rig rig_;
  std::string description_;
};

TEST(RandomGraph, EndsWithEveryJobSettledOnceAndNothingLeft) {
  const char* seeds = std::getenv("CAPSTAN_SEEDS");  // "FIRST-LAST", for longer runs
  unsigned first = 0;
  unsigned last = 2000;
  if (seeds) std::sscanf(seeds, "%u-%u", &first, &last);
  for (unsigned seed = first; seed <= last && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    seen.n_entered = seen.max_inside = seen.n_finished = seen.n_wrong_thread = 0;
    seen.fail_first = static_cast<int>(seed % 3);
    seen.n_tries.clear();
    RandomRun(seed).run();
  }
}

}  // namespace
}  // namespace capstan::engine
