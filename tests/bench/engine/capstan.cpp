// The subject `capstan`: the daemon's engine on its real loop and pool.
//
//   engine_capstan --case hop --variant items|jobs --workers N --in-flight N --items N
#include "bench/engine/capstan_stages.hpp"
#include "engine/engine.hpp"
#include "engine/pipeline.hpp"
#include "engine/pool.hpp"
#include "loop/event_loop.hpp"

namespace bench {
namespace {

constexpr std::uint64_t kItemsPerJob = 1000;

class StderrLogger final : public Logger {
 public:
  bool is_enabled(LogLevel level) const noexcept override { return level >= LogLevel::warn; }
  void write(LogLevel, std::string_view line) noexcept override {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
  }
};

/// Runs one plan to its end. Home: the loop, which is the main thread.
class Live final : public engine::Observer {
 public:
  Live() { plan_.name = "bench"; }

  Live& add(const StageType& type, unsigned concurrency, std::size_t queue_items) {
    graph::Stage stage;
    stage.id = type.name + std::to_string(plan_.stages.size());
    stage.type = &type;
    stage.options = Options(type.options, type.n_options);
    stage.scope = type.scope;
    stage.concurrency = concurrency;
    stage.queue_items = queue_items;
    stage.queue_bytes = std::size_t{64} << 20;
    if (!plan_.stages.empty()) {
      stage.inputs.push_back({plan_.stages.size() - 1, std::nullopt});
      plan_.stages.back().outputs.push_back(plan_.stages.size());
    }
    plan_.stages.push_back(std::move(stage));
    return *this;
  }
  /// `n_jobs` are submitted; 0 where the first stage is a source.
  void run(unsigned n_workers, std::uint64_t n_jobs) {
    n_jobs_ = n_jobs;
    engine::Pool pool(n_workers);
    engine::Engine engine(loop_, pool, log_, std::size_t{1} << 30);
    loop_home.check();
    engine.add(plan_, *this).prepare();
    loop_.run();
    if (traffic.n_left != traffic.n_items || n_failed_ > 0) {
      throw std::runtime_error(std::to_string(traffic.n_left) + " items left, " +
                               std::to_string(n_failed_) + " jobs failed");
    }
  }

 private:
  void pipeline_prepared(engine::Pipeline& pipeline,
                         const std::vector<engine::Failure>& failures) override {
    loop_home.check();
    if (!failures.empty()) throw std::runtime_error(describe(failures.front()));
    pipeline.run();
    if (n_jobs_ == 0) return;
    for (std::uint64_t i = 0; i < n_jobs_; ++i) pipeline.submit({"job", ""});
    pipeline.close_intake();
  }
  void item_left(engine::Pipeline&, const Item& item) override {
    if (const auto* stamp = item.get_if<Stamp>()) {
      traffic.left(stamp->made_at);
    } else {
      const std::uint64_t number = std::stoull(item.get<Reference>().location());
      traffic.left(Source::made_at[number % Source::made_at.size()]);
    }
    if (traffic.waiting) loop_.post(*std::exchange(traffic.waiting, nullptr));
  }
  void job_settled(engine::Pipeline&, const engine::JobReport& report) override {
    n_failed_ += report.state != engine::JobState::done;
  }
  void source_failed(engine::Pipeline&, const engine::Failure&) override { ++n_failed_; }
  void pipeline_finished(engine::Pipeline&, std::size_t) override { loop_.quit(); }

  RoleScope role_{ThreadRole::loop};  // first, so that the engine is destroyed on the loop, too
  StderrLogger log_;
  EventLoop loop_;
  graph::Pipeline plan_;
  std::uint64_t n_jobs_ = 0;
  std::uint64_t n_failed_ = 0;
};

/// Starts a plan with what makes the items. Returns the number of jobs to be submitted.
std::uint64_t feed(Live& live, const Arguments& arguments) {
  if (arguments.variant == "jobs") {
    traffic.expect(arguments.n_items, arguments.in_flight, arguments.n_items);
    Source::made_at.resize(4 * arguments.in_flight + 64);
    live.add(kSource, 1, 1);
    return 0;
  }
  const std::uint64_t n_per_job = std::min(kItemsPerJob, arguments.n_items);
  const std::uint64_t n_jobs = arguments.n_items / n_per_job;
  traffic.expect(n_jobs * n_per_job, arguments.in_flight, n_per_job);
  live.add(kFeed, 1, 16);
  return n_jobs;
}

/// Loop to worker and back. A quarter of what is in flight waits before the stage, so that it can
/// begin the next items in the iteration in which others leave.
void hop(const Arguments& arguments) {
  Live live;
  const std::uint64_t n_jobs = feed(live, arguments);
  const unsigned n_queued = std::max(arguments.in_flight / 4, 1U);
  live.add(kPass, std::max(arguments.in_flight - n_queued, 1U), n_queued);
  live.run(arguments.n_workers, n_jobs);
  throughput(traffic.n_left, traffic.watch).add(traffic.latencies).print();
}

void run(const Arguments& arguments) {
  if (arguments.name == "hop") return hop(arguments);
  throw std::invalid_argument("no case " + arguments.name);
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) { return bench::run_subject(argc, argv, bench::run); }
