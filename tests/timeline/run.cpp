// The seed of it all, run for real: one coroutine on the daemon's loop, once calling its work and
// once awaiting it.
#include <algorithm>
#include <chrono>
#include <functional>
#include <vector>

#include <capstan/sdk/await.hpp>

#include "engine/pool.hpp"
#include "loop/event_loop.hpp"
#include "record.hpp"

namespace timeline {
namespace {

using namespace capstan;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr auto kShort = 6ms;   // what prepare() and finish() compute: what a loop can bear
constexpr auto kLong = 120ms;  // what work() computes: what it cannot
constexpr int kBeatsAround = 5;

/// Computes, as decoding a frame would: the thread is busy, not asleep.
void compute_for(std::chrono::milliseconds duration) {
  volatile double value = 1;
  for (const auto end = Clock::now() + duration; Clock::now() < end;) value = value * 1.0000001;
}

class Silent final : public Logger {
 public:
  bool is_enabled(LogLevel) const noexcept override { return false; }
  void write(LogLevel, std::string_view) noexcept override {}
};

/// What a stage gets from the engine, with the parts that this program needs: the loop and one
/// worker. Home: the loop, except the call back from the worker.
class Surroundings final : public StageContext, private Wake {
 public:
  explicit Surroundings(EventLoop& loop) : loop_(loop), pool_(1) { pool_.announce_to(loop, *this); }

  std::string_view pipeline() const noexcept override { return "timeline"; }
  std::string_view stage() const noexcept override { return "seed"; }
  Logger& log() noexcept override { return log_; }
  bool is_cancelled() const noexcept override { return false; }
  Loop& loop() override { return loop_; }
  void request_tick(std::chrono::nanoseconds) noexcept override {}
  void charge(std::int64_t) noexcept override {}
  void expect_jobs(std::uint64_t) noexcept override {}
  unsigned n_spare_workers() const noexcept override { return 0; }
  const InputRules& input_rules() const noexcept override { return rules_; }
  void offload(Work& work) override {
    loop_home.check();
    task_.work = &work;
    std::vector<engine::WorkerTask*> batch{&task_};
    pool_.submit(batch);
  }

 protected:
  std::shared_ptr<void> shared_object(MakeShared make, void* argument) override {
    return make(argument);
  }

 private:
  struct Lent final : engine::WorkerTask {
    WorkerTask* run() noexcept override {
      work->run();
      return nullptr;
    }
    void done() noexcept override { work->done(); }
    Work* work = nullptr;
  };

  void wake(unsigned) noexcept override {
    loop_home.check();
    std::vector<engine::WorkerTask*> finished;
    pool_.collect(finished);
    for (engine::WorkerTask* task : finished) task->done();
  }

  EventLoop& loop_;
  Silent log_;
  InputRules rules_;
  Lent task_;
  engine::Pool pool_;  // last: its worker ends before what it refers to
};

/// One run: the coroutine, and a heartbeat that shows whether the loop still serves others.
class Experiment final : private Wake, private detail::StepHook {
 public:
  explicit Experiment(bool is_offloaded) : is_offloaded_(is_offloaded), context_(loop_) {}

  Record run() {
    begin_ = Clock::now();
    due_ = begin_;
    add_next_beat();
    loop_.run();
    return std::move(record_);
  }

 private:
  Task<> seed() {
    prepare();
    auto work = [this] { compute("work", is_offloaded_, kLong); };
    if (is_offloaded_) {
      co_await offload(context_, work);
    } else {
      work();
    }
    finish();
  }
  void prepare() { compute("prepare", false, kShort); }
  void finish() { compute("finish", false, kShort); }

  void compute(const char* name, bool is_on_worker, std::chrono::milliseconds duration) {
    const double begin = elapsed_ms();
    compute_for(duration);
    record_.spans.push_back({name, is_on_worker, begin, elapsed_ms()});
  }

  /// The heartbeat. Starts the coroutine after a few beats and stops a few beats after its end.
  void wake(unsigned) noexcept override {
    loop_.remove(beat_);
    record_.beats_ms.push_back(elapsed_ms());
    ++n_beats_;
    if (n_beats_ == kBeatsAround) {
      task_ = seed();
      if (task_.start(scope_, nullptr, this)) on_step();
    }
    if (is_ended_ && n_beats_after_end_++ == kBeatsAround) return loop_.quit();
    add_next_beat();
  }
  /// A beat that is late does not move those after it.
  void add_next_beat() {
    do {
      due_ += std::chrono::milliseconds(static_cast<int>(kBeatMs));
    } while (due_ < Clock::now());
    beat_ = loop_.add_timer(due_ - Clock::now(), *this);
  }
  void on_step() noexcept override { is_ended_ = true; }
  double elapsed_ms() const { return Milliseconds(Clock::now() - begin_).count(); }

  const bool is_offloaded_;
  EventLoop loop_;
  Surroundings context_;
  CancelScope scope_;
  Task<> task_;
  Record record_;
  Clock::time_point begin_;
  Clock::time_point due_;
  Loop::Watch* beat_ = nullptr;
  int n_beats_ = 0;
  int n_beats_after_end_ = 0;
  bool is_ended_ = false;
};

}  // namespace

int Record::n_beats_during_work() const {
  return static_cast<int>(std::count_if(beats_ms.begin(), beats_ms.end(), [this](double beat) {
    return beat > work().begin_ms && beat < work().end_ms;
  }));
}

double Record::longest_gap_ms() const {
  double longest = 0;
  for (std::size_t i = 1; i < beats_ms.size(); ++i) {
    longest = std::max(longest, beats_ms[i] - beats_ms[i - 1]);
  }
  return longest;
}

Record run_blocking() { return Experiment(false).run(); }
Record run_offloaded() { return Experiment(true).run(); }

}  // namespace timeline
