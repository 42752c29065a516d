// Runs one stage without the daemon: feed items, get items, with a clock that tests move.
//
//   StageHarness stage(capstan_plugin, "invert", {{"strength", "0.5"}});
//   auto out = stage.feed(Item(make_ref<Bytes>(...)));
//
// Threads: everything, offloaded work included, runs on the calling thread. Link with the
// `capstan-harness` library.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <capstan/sdk/abi.hpp>
#include <capstan/sdk/detail/post_queue.hpp>

CAPSTAN_BEGIN_NAMESPACE

/// A loop whose clock stands still until it is told to move. Descriptors are real.
class ManualLoop final : public Loop {
 public:
  ManualLoop();
  ~ManualLoop() override;
  Clock::time_point now() const noexcept override { return now_; }
  Watch* add_timer(std::chrono::nanoseconds delay, Wake& target) override;
  Watch* add_fd(int fd, unsigned interest, Wake& target) override;
  void remove(Watch* watch) noexcept override;
  void post(Wake& target) noexcept override;

  /// Runs posted calls and ready descriptors until there are none; time stands still.
  void run_until_idle();
  /// Moves the clock, firing the timers on the way, in order.
  void advance(std::chrono::nanoseconds duration);
  /// One step towards something happening: posted calls and ready descriptors; else the next
  /// timer, to which the clock jumps; else waits for a descriptor. False when nothing can happen.
  bool run_once();
  std::size_t n_watches() const noexcept { return watches_.size(); }

 private:
  bool run_posted();
  bool poll_descriptors(int timeout_ms);
  Watch* next_timer() const;
  void fire(Watch* timer);

  Clock::time_point now_;
  std::vector<std::unique_ptr<Watch>> watches_;
  PostQueue posted_;
};

/// Thrown by StageHarness::feed when the stage failed; what() is the stage's message.
class StageFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One instance of a stage type and its surroundings.
class StageHarness {
 public:
  using OptionValues = std::map<std::string, std::vector<std::string>>;

  /// Finds `type` in the plugin and constructs one instance. Throws std::invalid_argument for a
  /// type or option value that does not exist, and whatever the constructor throws.
  StageHarness(const PluginDescriptor& plugin, std::string_view type,
               const OptionValues& options = {});
  ~StageHarness();
  StageHarness(const StageHarness&) = delete;
  StageHarness& operator=(const StageHarness&) = delete;

  /// Gives the stage an item and runs it to its end. Items without a job get one whose input and
  /// path are "test". Throws StageFailed, or Cancelled when cancel() was called.
  std::vector<Item> feed(Item in = Item());
  /// Ends the input of a job- or pipeline-scope stage.
  std::vector<Item> finish();
  /// Calls the stage as when a time asked for by request_tick has come.
  std::vector<Item> tick();
  /// The delay that the stage asked for last, zero for none.
  std::chrono::nanoseconds requested_tick() const noexcept;
  /// Working memory that the stage has charged and not given back.
  std::int64_t n_charged_bytes() const noexcept;

  /// The same in steps, for tests of what happens half way. `begin` returns after the first
  /// suspension; `is_done` tells whether the item is finished; `take_outputs` what came so far.
  void begin(Item in);
  bool is_done() const noexcept;
  /// Asks a sync generator, or an async stage between steps, for one more output.
  void step();
  std::vector<Item> take_outputs();
  /// Cancels the item begun, as the engine does.
  void cancel();

  ManualLoop& loop() noexcept;
  /// Lines logged so far, each "level: text".
  const std::vector<std::string>& log_lines() const noexcept;
  /// What the stage is told of spare workers; none unless set.
  void set_spare_workers(unsigned n_workers) noexcept;
  /// What the stage may open from now on; unless set, what it may where nothing was said.
  void set_input_rules(const InputRules& rules);
  /// What the source told expect_jobs, 0 if nothing.
  std::uint64_t n_expected_jobs() const noexcept;

 private:
  class Surroundings;
  std::vector<Item> run_to_end();
  enum class Call : std::uint8_t { invalid = 0, begin, finish, tick };
  void start_item(Item in, Call call);
  std::unique_ptr<Surroundings> surroundings_;
};

CAPSTAN_END_NAMESPACE
