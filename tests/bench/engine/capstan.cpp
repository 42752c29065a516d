// The subject `capstan`: the daemon's engine on its real loop and pool.
//
//   engine_capstan --case hop [--variant jobs] --workers N --in-flight N --items N
//   engine_capstan --case async [--variant jobs] --in-flight N --items N
//   engine_capstan --case chain3 [--variant fused] --workers N --in-flight N --items N
//   engine_capstan --case sleepers [--variant unordered] --items N
//   engine_capstan --case memory [--variant jobs] --items N
#include "bench/engine/capstan_stages.hpp"
#include "engine/live_rig.hpp"

namespace bench {
namespace {

constexpr std::uint64_t kItemsPerJob = 1000;

/// A pipeline on the daemon's engine, loop and workers, from its start to its end.
class Run {
 public:
  /// Begins with what makes the items.
  explicit Run(const Arguments& arguments) : rig_(arguments.n_workers, std::size_t{1} << 30) {
    rig_.has_segments = arguments.variant == "fused";
    if (arguments.variant == "jobs") {
      traffic.expect(arguments.n_items, arguments.in_flight, arguments.n_items);
      add(kSource, 1, 1);
      return;
    }
    const std::uint64_t n_per_job = std::min(kItemsPerJob, arguments.n_items);
    n_submitted_ = arguments.n_items / n_per_job;
    traffic.expect(n_submitted_ * n_per_job, arguments.in_flight, n_per_job);
    add(kItemType<Feed>, 1, 16);
  }

  /// Adds a stage behind the last one.
  void add(const StageType& type, unsigned concurrency, std::size_t queue_items,
           graph::Order order = graph::Order::job) {
    stages_.add(type, {},
                {.concurrency = concurrency,
                 .queue_items = queue_items,
                 .queue_bytes = std::size_t{64} << 20,
                 .order = order});
  }

  /// Returns when everything has left; throws when something failed or is missing.
  void to_the_end() {
    engine::Pipeline& pipeline = rig_.add("bench", std::move(stages_.plan));
    rig_.on_running = [&] {
      loop_home.check();
      for (std::uint64_t i = 0; i < n_submitted_; ++i) pipeline.submit({"job", ""});
    };
    rig_.on_left = [this](engine::Pipeline&, const Item& item) { left(item); };
    rig_.run();
    loop_home.check();
    n_passed_on = 0;
    for (const engine::StageCounts& stage : pipeline.counts()) n_passed_on += stage.n_passed_on;
    const std::uint64_t n_failed = rig_.tally(pipeline).n_failed;
    if (traffic.n_left == traffic.n_items && n_failed == 0) return;
    throw std::runtime_error(std::to_string(traffic.n_left) + " items left, " +
                             std::to_string(n_failed) + " jobs failed");
  }

  std::uint64_t n_passed_on = 0;  ///< outputs that ran on on the same worker

 private:
  void left(const Item& item) {
    if (const auto* stamp = item.get_if<Stamp>()) {
      traffic.left(stamp->made_at);
    } else {
      traffic.left(Source::made_at(item.get<Reference>()));
    }
    // Later in this iteration: an observer does not call stages.
    if (traffic.waiting) rig_.loop().post(*std::exchange(traffic.waiting, nullptr));
  }

  engine::LiveRig rig_;
  engine::PlanOfStages stages_;
  std::uint64_t n_submitted_ = 0;  // jobs; none where the first stage is a source
};

/// `n_stages` of a type in a row. What is in flight is shared out evenly; a quarter of it waits in
/// queues, so that a stage can begin the next items in the iteration in which others leave it. In a
/// segment an item has a slot in each stage from its start to its end: each is as wide as all.
void row_of(const StageType& type, unsigned n_stages, const Arguments& arguments) {
  Run run(arguments);
  const unsigned share = arguments.in_flight / (arguments.variant == "fused" ? 1 : n_stages);
  const unsigned n_queued = std::max(share / 4, 1U);
  const unsigned n_inside = share > n_queued ? share - n_queued : 1;
  for (unsigned i = 0; i < n_stages; ++i) run.add(type, n_inside, n_queued);
  run.to_the_end();
  Report report = throughput(traffic.n_left, traffic.watch);
  report.add(traffic.latencies);
  if (n_stages > 1) {
    const auto n_items = static_cast<double>(traffic.n_items);
    report.add("passed_on", static_cast<double>(run.n_passed_on) / n_items);
    report.add("most_in_flight", static_cast<double>(traffic.most_in_flight));
  }
  report.print();
}

/// All items asleep at once in one stage.
void sleepers(const Arguments& arguments) {
  Run run(arguments);
  run.add(kItemType<Sleeper>, static_cast<unsigned>(traffic.n_items), 64,
          arguments.variant == "unordered" ? graph::Order::none : graph::Order::job);
  double growth = 0;
  traffic.on_first_made = [&growth] { growth = -resident_bytes(); };
  Sleeper::on_all_asleep = [&growth] { growth += resident_bytes(); };
  run.to_the_end();
  if (Sleeper::n_asleep != traffic.n_items) throw std::runtime_error("not all slept at once");
  Report(traffic.n_left, growth / static_cast<double>(traffic.n_items))
      .add(traffic.watch)
      .add(Sleeper::lateness)
      .add("frame_bytes", Sleeper::frame_bytes)
      .print();
}

/// All items in flight at once, in a queue before a stage that lets nothing through.
void memory(const Arguments& arguments) {
  Run run(arguments);
  run.add(kItemType<Barrier>, 1, arguments.n_items);
  double growth = 0, resident_growth = 0;
  traffic.on_first_made = [&] {
    growth = -allocated_bytes();
    resident_growth = -resident_bytes();
  };
  traffic.on_last_made = [&] {
    growth += allocated_bytes();
    resident_growth += resident_bytes();
    Barrier::opened.set_value();
  };
  run.to_the_end();
  const auto n_items = static_cast<double>(traffic.n_items);
  Report(traffic.n_left, growth / n_items)
      .add(traffic.watch)
      .add("resident_bytes", resident_growth / n_items)
      .print();
}

void run_case(const Arguments& arguments) {
  if (arguments.name == "hop") return row_of(kItemType<Pass>, 1, arguments);
  if (arguments.name == "async") return row_of(kItemType<Instant>, 1, arguments);
  if (arguments.name == "chain3") return row_of(kItemType<Pass>, 3, arguments);
  if (arguments.name == "sleepers") return sleepers(arguments);
  if (arguments.name == "memory") return memory(arguments);
  throw std::invalid_argument("no case " + arguments.name);
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) { return bench::run_subject(argc, argv, bench::run_case); }
