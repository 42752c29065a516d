// The subject `capstan`: the daemon's engine on its real loop and pool.
//
//   engine_capstan --case hop [--variant jobs] --workers N --in-flight N --items N
//   engine_capstan --case async [--variant jobs] --in-flight N --items N
//   engine_capstan --case chain3 [--variant fused] --workers N --in-flight N --items N
//   engine_capstan --case sleepers [--variant unordered] --items N
//   engine_capstan --case memory [--variant jobs] --items N
#include "bench/engine/capstan_live.hpp"
#include "bench/engine/capstan_stages.hpp"
#include "graph/segments.hpp"

namespace bench {
namespace {

constexpr std::uint64_t kItemsPerJob = 1000;

/// Starts a plan with what makes the items. Returns the number of jobs to be submitted.
std::uint64_t feed(Live& live, const Arguments& arguments) {
  if (arguments.variant == "jobs") {
    traffic.expect(arguments.n_items, arguments.in_flight, arguments.n_items);
    live.add(kSource, 1, 1);
    return 0;
  }
  const std::uint64_t n_per_job = std::min(kItemsPerJob, arguments.n_items);
  const std::uint64_t n_jobs = arguments.n_items / n_per_job;
  traffic.expect(n_jobs * n_per_job, arguments.in_flight, n_per_job);
  live.add(kItemType<Feed>, 1, 16);
  return n_jobs;
}

/// `n_stages` of a type in a row. What is in flight is shared out evenly; a quarter of it waits in
/// queues, so that a stage can begin the next items in the iteration in which others leave it.
void row_of(const StageType& type, unsigned n_stages, const Arguments& arguments) {
  Live live;
  const std::uint64_t n_jobs = feed(live, arguments);
  const unsigned share = arguments.in_flight / n_stages;
  const unsigned n_queued = std::max(share / 4, 1U);
  const unsigned n_inside = share > n_queued ? share - n_queued : 1;
  for (unsigned i = 0; i < n_stages; ++i) live.add(type, n_inside, n_queued);
  if (arguments.variant == "fused") graph::mark_segments(live.plan());
  live.run(arguments.n_workers, n_jobs);
  throughput(traffic.n_left, traffic.watch).add(traffic.latencies).print();
}

/// All items asleep at once in one stage.
void sleepers(const Arguments& arguments) {
  Live live;
  const std::uint64_t n_jobs = feed(live, arguments);
  live.add(kItemType<Sleeper>, static_cast<unsigned>(traffic.n_items), 64);
  if (arguments.variant == "unordered") live.plan().stages.back().order = graph::Order::none;
  double growth = 0;
  traffic.on_first_made = [&growth] { growth = -resident_bytes(); };
  Sleeper::on_all_asleep = [&growth] { growth += resident_bytes(); };
  live.run(arguments.n_workers, n_jobs);
  if (Sleeper::n_asleep != traffic.n_items) throw std::runtime_error("not all slept at once");
  Report(traffic.n_left, growth / static_cast<double>(traffic.n_items))
      .add(traffic.watch)
      .add(Sleeper::lateness)
      .add("frame_bytes", Sleeper::frame_bytes)
      .print();
}

/// All items in flight at once, in a queue before a stage that lets nothing through.
void memory(const Arguments& arguments) {
  Live live;
  const std::uint64_t n_jobs = feed(live, arguments);
  live.add(kItemType<Barrier>, 1, arguments.n_items);
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
  live.run(arguments.n_workers, n_jobs);
  const auto n_items = static_cast<double>(traffic.n_items);
  Report(traffic.n_left, growth / n_items)
      .add(traffic.watch)
      .add("resident_bytes", resident_growth / n_items)
      .print();
}

void run(const Arguments& arguments) {
  if (arguments.name == "hop") return row_of(kItemType<Pass>, 1, arguments);
  if (arguments.name == "async") return row_of(kItemType<Instant>, 1, arguments);
  if (arguments.name == "chain3") return row_of(kItemType<Pass>, 3, arguments);
  if (arguments.name == "sleepers") return sleepers(arguments);
  if (arguments.name == "memory") return memory(arguments);
  throw std::invalid_argument("no case " + arguments.name);
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) { return bench::run_subject(argc, argv, bench::run); }
