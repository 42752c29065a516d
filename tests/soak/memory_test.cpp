// The memory budget holds for the process: 4K frames and tiny items together, the peak measured.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <thread>

#include "engine/heap.hpp"
#include "engine/live_rig.hpp"
#include "soak/measure.hpp"

namespace soak {
namespace {

using namespace capstan;
using engine::Keys;

constexpr std::int64_t kMiB = 1 << 20;
constexpr std::size_t kFrameBytes = std::size_t{3840} * 2160 * 3 / 2;  // YUV 4:2:0
// Beyond payloads: queues, the allocator's own, stacks. Measured at 2 MiB.
constexpr std::int64_t kSlack = 6 * kMiB;
// While the budget is used up nothing is begun, so what is under way leaves without a tiny item.
constexpr std::uint64_t kMostFramesInRow = 16;

/// Frames with memory that is really there.
class FrameSource final : public GeneratorStage {
 public:
  FrameSource(StageContext&, const Options& options) : n_(options.integer("n")) {}
  Generator<Item> process(Item) override {
    for (std::int64_t i = 0; i < n_; ++i) {
      Item item(make_frame(static_cast<int>(i)));
      co_yield item;
    }
  }
  static PayloadRef make_frame(int value) {
    Buffer buffer = Buffer::allocate(kFrameBytes);
    std::memset(buffer.mutable_data(), value, buffer.size());
    return make_ref<Bytes>(std::move(buffer));
  }

 private:
  std::int64_t n_;
};

/// A new frame from each, as a filter makes it.
class Filter final : public MapStage {
 public:
  Filter(StageContext&, const Options&) {}
  Item process(Item in) override {
    const Bytes& frame = in.get<Bytes>();
    return in.with(FrameSource::make_frame(static_cast<int>(frame.buffer().data()[0]) + 1));
  }
};

/// The end of frames; takes n milliseconds for each.
class FrameSink final : public MapStage {
 public:
  FrameSink(StageContext&, const Options& options) : n_(options.integer("n")) {}
  Item process(Item in) override {
    std::this_thread::sleep_for(std::chrono::milliseconds(n_));
    const std::byte* data = in.get<Bytes>().buffer().data();
    if (data[0] != data[kFrameBytes - 1]) throw std::runtime_error("torn frame");
    return in.with(make_ref<Reference>("frame"));
  }

 private:
  std::int64_t n_;
};

/// Tiny items as long as there are frames.
class TinySource final : public GeneratorStage {
 public:
  TinySource(StageContext&, const Options&) {}
  Generator<Item> process(Item) override {
    while (!are_frames_over) {
      Item item(make_ref<Reference>("tiny"));
      co_yield item;
    }
  }
  inline static std::atomic<bool> are_frames_over{false};
};

class Pass final : public MapStage {
 public:
  Pass(StageContext&, const Options&) {}
  Item process(Item in) override { return in; }
};

constexpr Option kNumber[] = {
    {.name = "n", .type = OptionType::integer, .default_value = "0", .help = "how many"}};
template <class S>
constexpr StageType kItemType = stage_type<S>({"stage", "of the soak", "*", "*", Scope::item,
                                               kNumber});
template <class S>
constexpr StageType kSourceType = stage_type<S>({"source", "of the soak", nullptr, "*",
                                                 Scope::pipeline, kNumber});

struct Case {
  unsigned n_workers = 2;
  std::int64_t budget = 128 * kMiB;
  int n_frames = 60;
  int sink_ms = 0;
};

/// What the child found out.
struct Seen {
  std::int64_t base = 0;  ///< resident before anything ran
  std::int64_t peak = 0;
  std::uint64_t n_frames_done = 0;
  std::uint64_t n_tiny_done = 0;
  std::uint64_t n_frames_without = 0;  ///< most frames that left in a row without a tiny item
  std::uint64_t n_overdrafts = 0;
  std::int64_t left_in_account = 0;
};

std::string text(int n) { return std::to_string(n); }

Seen run_case(const Case& given) {
  Seen seen;
  engine::return_large_buffers();
  engine::LiveRig rig(given.n_workers, static_cast<std::size_t>(given.budget));
  loop_home.check();
  const Keys wide{.concurrency = 4, .queue_items = 64, .queue_bytes = std::size_t{1} << 30};
  engine::PlanOfStages frames;
  frames.add(kSourceType<FrameSource>, {{"n", text(given.n_frames)}}, wide);
  frames.plan.stages[0].concurrency = 1;
  frames.add(kItemType<Filter>, {}, wide);
  frames.add(kItemType<Filter>, {}, wide);
  frames.add(kItemType<FrameSink>, {{"n", text(given.sink_ms)}}, wide);
  engine::PlanOfStages tiny;
  tiny.add(kSourceType<TinySource>, {}, {});
  tiny.add(kItemType<Pass>, {}, {.concurrency = 2, .queue_items = 16});
  tiny.add(kItemType<Pass>, {}, {.concurrency = 2, .queue_items = 16});
  engine::Pipeline& of_frames = rig.add("frames", std::move(frames.plan));
  engine::Pipeline& of_tiny = rig.add("tiny", std::move(tiny.plan));
  std::uint64_t n_frames = 0;
  std::uint64_t n_in_row = 0;
  rig.on_left = [&](engine::Pipeline& pipeline, const Item&) {
    n_in_row = &pipeline == &of_frames ? n_in_row + 1 : 0;
    seen.n_frames_without = std::max(seen.n_frames_without, n_in_row);
    if (&pipeline != &of_frames) return;
    TinySource::are_frames_over = ++n_frames == static_cast<std::uint64_t>(given.n_frames);
  };
  rig.on_running = [&] { seen.base = resident_bytes(); };
  rig.run();
  seen.peak = peak_resident_bytes();
  seen.n_frames_done = rig.tally(of_frames).n_done;
  seen.n_tiny_done = rig.tally(of_tiny).n_done;
  seen.n_overdrafts = rig.engine().n_overdrafts();
  seen.left_in_account = rig.engine().budget().account.bytes.load();
  return seen;
}

[[noreturn]] void report(const Case& given, int to) {
  try {
    const Seen seen = run_case(given);
    ::_exit(::write(to, &seen, sizeof(seen)) == sizeof(seen) ? 0 : 1);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    ::_exit(1);
  }
}

/// In a process of its own, for a peak of its own.
Seen run_apart(const Case& given) {
  int ends[2];
  if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
  const pid_t child = ::fork();
  if (child == 0) report(given, ends[1]);
  ::close(ends[1]);
  Seen seen;
  EXPECT_EQ(::read(ends[0], &seen, sizeof(seen)), static_cast<ssize_t>(sizeof(seen)));
  ::close(ends[0]);
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  return seen;
}

void expect_bounded(Case given) {
  if (has_sanitizer()) given.n_frames /= 4;
  const Seen seen = run_apart(given);
  EXPECT_EQ(seen.n_frames_done, static_cast<std::uint64_t>(given.n_frames));
  EXPECT_EQ(seen.left_in_account, 0);
  EXPECT_GE(seen.n_tiny_done, seen.n_frames_done) << "tiny items waited for frames";
  EXPECT_LE(seen.n_frames_without, kMostFramesInRow) << "tiny items waited for frames";
  const std::int64_t grown = seen.peak - seen.base;
  const auto mib = [](std::int64_t bytes) { return static_cast<double>(bytes) / kMiB; };
  std::printf(
      "workers %u, budget %.0f MiB: base %.1f, peak %.1f, grown %.1f MiB; %llu overdrafts; %llu "
      "tiny items, %llu frames without one at most\n",
      given.n_workers, mib(given.budget), mib(seen.base), mib(seen.peak), mib(grown),
      static_cast<unsigned long long>(seen.n_overdrafts),
      static_cast<unsigned long long>(seen.n_tiny_done),
      static_cast<unsigned long long>(seen.n_frames_without));
  if (has_sanitizer()) return;
  const std::int64_t one_each = given.n_workers * static_cast<std::int64_t>(kFrameBytes);
  EXPECT_LT(grown, given.budget + one_each + kSlack);
}

TEST(Memory, FramesAndTinyItemsStayWithinTheBudget) { expect_bounded({}); }

TEST(Memory, OneWorkerStaysWithinTheBudget) { expect_bounded({.n_workers = 1, .n_frames = 30}); }

TEST(Memory, FramesBeforeASlowSinkStayWithinTheBudget) {
  expect_bounded({.n_frames = 30, .sink_ms = 4});
}

TEST(Memory, ABudgetOfAFewFramesStillLetsAllThrough) {
  expect_bounded({.budget = 40 * kMiB, .n_frames = 20});
}

}  // namespace
}  // namespace soak
