// Millions of tiny items through the real engine: none is lost, none comes twice, memory is flat.
// $CAPSTAN_SOAK_ITEMS says how many.
#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "engine/live_rig.hpp"
#include "soak/ledger.hpp"
#include "soak/measure.hpp"

namespace soak {
namespace {

using engine::LiveRig;
using engine::Pipeline;

/// Samples the size of the process as items leave.
class Size {
 public:
  explicit Size(std::uint64_t n_items) : n_items_(n_items), step_(n_items / 64 + 1) {}
  void at(std::uint64_t n_left) {
    if (n_left < next_) return;
    next_ = n_left + step_;
    const std::int64_t now = resident_bytes();
    // The first part warms up: queues, free lists and the allocator's arenas grow to their size.
    if (n_left < n_items_ / 4) {
      warm_ = std::max(warm_, now);
    } else {
      most_ = std::max(most_, now);
    }
  }
  std::int64_t growth() const noexcept { return most_ - warm_; }
  std::int64_t most() const noexcept { return most_; }

 private:
  std::uint64_t n_items_;
  std::uint64_t step_;
  std::uint64_t next_ = 0;
  std::int64_t warm_ = 0;
  std::int64_t most_ = 0;
};

constexpr std::int64_t kMaxGrowth = 4 << 20;

void expect_nothing_left(LiveRig& rig, Pipeline& pipeline) {
  loop_home.check();
  EXPECT_EQ(pipeline.n_jobs_in_flight(), 0U);
  EXPECT_EQ(lives.n_items.load(), 0) << "an item leaked, or died twice";
  EXPECT_EQ(lives.n_instances.load(), 0) << "an instance leaked";
  EXPECT_EQ(rig.engine().budget().account.bytes.load(), 0) << "a payload is still charged";
  for (const engine::StageCounts& stage : pipeline.counts()) {
    EXPECT_EQ(stage.n_inside + stage.n_queued, 0U) << stage.plan->id;
  }
}

TEST(Soak, EveryItemAndJobIsAccountedForOnceAndMemoryIsFlat) {
  const std::uint64_t n_jobs = count_items(120'000, 10'000) / kPerJob;
  lives.n_made = 0;
  Ledger ledger(n_jobs);
  Size size(n_jobs * kPerJob);
  LiveRig rig(2);
  Pipeline& pipeline = rig.add("tiny", plan_of_tiny_items(n_jobs));
  rig.on_left = [&](Pipeline&, const Item& item) {
    ledger.left(item);
    size.at(ledger.n_left() / 2);  // each leaves by two stages
  };
  rig.on_settled = [&](Pipeline&, const engine::JobReport& report) { ledger.settled(report); };
  rig.run();

  EXPECT_EQ(ledger.n_settled(), n_jobs);
  EXPECT_EQ(lives.n_made.load(), n_jobs * kPerJob);
  expect_nothing_left(rig, pipeline);
  std::printf("%llu items, %llu left, %.1f MiB at most, grew by %.2f MiB after warming up\n",
              static_cast<unsigned long long>(n_jobs * kPerJob),
              static_cast<unsigned long long>(ledger.n_left() / 2),
              static_cast<double>(size.most()) / (1 << 20),
              static_cast<double>(size.growth()) / (1 << 20));
  if (has_sanitizer()) return;
  EXPECT_LT(size.growth(), kMaxGrowth);
}

/// What another thread asks of the loop: commands posted one by one, each run once.
class Commander {
 public:
  Commander(LiveRig& rig, Pipeline& pipeline, std::uint64_t first_job, std::uint64_t n_jobs)
      : rig_(rig), pipeline_(pipeline), next_job_(first_job), end_job_(first_job + n_jobs) {}
  ~Commander() { stop(); }

  /// Posts from a thread of its own, until stop().
  void start(unsigned seed) {
    thread_ = std::thread([this, seed] { work(seed); });
  }
  void stop() {
    is_over_ = true;
    if (thread_.joinable()) thread_.join();
  }

  std::atomic<std::uint64_t> n_run{0};
  std::uint64_t n_submitted = 0;  // home: the loop, as the next
  std::uint64_t n_cancels = 0;

 private:
  void work(unsigned seed) {
    std::mt19937 random(seed);
    while (!is_over_.load(std::memory_order_acquire)) {
      // A bounded number under way, or the thread would outrun the loop.
      if (n_posted_ - n_run.load(std::memory_order_acquire) > 32) {
        std::this_thread::yield();
        continue;
      }
      post(static_cast<unsigned>(random()));
      if (random() % 16 == 0) std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
  }

  class Command final : public Wake {
   public:
    Command(Commander& owner, unsigned number) : owner_(owner), number_(number) {}
    void wake(unsigned) noexcept override {
      owner_.execute(number_);
      owner_.n_run.fetch_add(1, std::memory_order_release);
      delete this;
    }

   private:
    Commander& owner_;
    unsigned number_;
  };

  void post(unsigned number) {
    ++n_posted_;
    rig_.loop().post(*new Command(*this, number));
  }
  void execute(unsigned number) {
    loop_home.check();
    if (rig_.tally(pipeline_).has_finished) return;
    switch (number % 128) {
      case 0:
      case 50:
      case 100:
        return pipeline_.pause();
      case 1:
        n_cancels +=
            pipeline_.cancel(newest_ - std::min<std::uint64_t>(newest_, number / 128 % 16));
        newest_ = rig_.tally(pipeline_).n_settled() + 8;
        return;
      case 2:
      case 3:
      case 4:
      case 5:
        if (next_job_ == end_job_) return;
        ++n_submitted;
        return pipeline_.submit({std::to_string(next_job_++), ""});
      default:
        return pipeline_.resume();
    }
  }

  LiveRig& rig_;
  Pipeline& pipeline_;
  std::uint64_t next_job_;
  const std::uint64_t end_job_;
  std::uint64_t newest_ = 0;
  std::uint64_t n_posted_ = 0;  // home: the commander's thread
  std::atomic<bool> is_over_{false};
  std::thread thread_;
};

/// Half of the jobs come from the source, half are submitted; ends when a part of them is settled.
void soak_with_commands(bool is_stop) {
  const std::uint64_t n_jobs = count_items(60'000, 5'000) / kPerJob;
  lives.n_made = 0;
  Ledger ledger(2 * n_jobs);
  LiveRig rig(2);
  loop_home.check();
  rig.closes_intake = false;
  Pipeline& pipeline = rig.add("tiny", plan_of_tiny_items(n_jobs));
  Commander commander(rig, pipeline, n_jobs, n_jobs);
  rig.on_running = [&] { commander.start(is_stop ? 7 : 11); };
  rig.on_left = [&](Pipeline&, const Item& item) { ledger.left(item); };
  bool is_ending = false;
  rig.on_settled = [&](Pipeline& of, const engine::JobReport& report) {
    loop_home.check();
    ledger.settled(report);
    if (ledger.n_settled() < n_jobs || std::exchange(is_ending, true)) return;
    is_stop ? of.stop() : of.drain();
  };
  rig.run();
  commander.stop();
  rig.run_what_was_posted();

  const std::uint64_t n_of_source = pipeline.counts().front().n_out;
  const engine::Tally& tally = rig.tally(pipeline);
  EXPECT_TRUE(tally.has_finished);
  EXPECT_EQ(ledger.n_settled() + tally.n_unstarted, n_of_source + commander.n_submitted)
      << "a job was lost";
  EXPECT_GE(tally.n_cancelled, commander.n_cancels);
  std::printf("%llu commands, %llu jobs submitted, %llu cancelled, %llu settled, %zu unstarted\n",
              static_cast<unsigned long long>(commander.n_run.load()),
              static_cast<unsigned long long>(commander.n_submitted),
              static_cast<unsigned long long>(tally.n_cancelled),
              static_cast<unsigned long long>(ledger.n_settled()), tally.n_unstarted);
  expect_nothing_left(rig, pipeline);
}

TEST(Soak, CommandsOfAnotherThreadLoseNothingBeforeADrain) { soak_with_commands(false); }
TEST(Soak, CommandsOfAnotherThreadLoseNothingBeforeAStop) { soak_with_commands(true); }

}  // namespace
}  // namespace soak
