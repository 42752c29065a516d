#include <algorithm>
#include <optional>

#include <capstan/sdk/detail/item_access.hpp>
#include <capstan/sdk/harness.hpp>

CAPSTAN_BEGIN_NAMESPACE

class StageHarness::Surroundings final : public StageContext, public Logger, public Completion {
 public:
  Surroundings(const StageType& stage_type, const OptionValues& values)
      : type(stage_type), options(stage_type.options, stage_type.n_options) {
    for (const auto& [name, texts] : values) {
      if (const auto expected = options.set(name, texts)) {
        throw std::invalid_argument("option '" + name + "': expected " + *expected);
      }
    }
    for (const std::string& name : options.missing()) {
      throw std::invalid_argument("option '" + name + "' must be given");
    }
    if (type.make_sync) {
      sync.reset(type.make_sync(*this, options));
    } else {
      async.reset(type.make_async(*this, options));
      async->start();
    }
  }
  ~Surroundings() override {
    if (async) async->stop();
  }

  // StageContext
  std::string_view pipeline() const noexcept override { return "test"; }
  std::string_view stage() const noexcept override { return type.name; }
  Logger& log() noexcept override { return *this; }
  bool is_cancelled() const noexcept override { return cancel_requested; }
  Loop& loop() override { return manual_loop; }
  void offload(Work& work) override {
    work.run();
    manual_loop.post(*new Done(work));
  }
  void request_tick(std::chrono::nanoseconds delay) noexcept override { tick_delay = delay; }
  void charge(std::int64_t bytes) noexcept override { n_charged += bytes; }
  void expect_jobs(std::uint64_t n_jobs) noexcept override { n_expected = n_jobs; }
  unsigned n_spare_workers() const noexcept override { return n_spare; }
  const InputRules& input_rules() const noexcept override { return rules; }
  std::shared_ptr<void> shared_object(MakeShared make, void* argument) override {
    if (!shared_state) shared_state = make(argument);
    return shared_state;
  }

  // Logger
  bool is_enabled(LogLevel) const noexcept override { return true; }
  void write(LogLevel level, std::string_view line) noexcept override {
    static constexpr const char* kNames[] = {"", "trace", "debug", "info", "warn", "error"};
    lines.push_back(std::string(kNames[static_cast<int>(level)]) + ": " + std::string(line));
  }

  // Completion
  void complete(Step step, Item out) noexcept override {
    if (step != Step::done && out) outputs.push_back(std::move(out));
    is_waiting = false;
    is_finished = step != Step::more;
  }
  void fail(const std::string& message) noexcept override {
    failure = message;
    is_waiting = false;
    is_finished = true;
  }
  void cancelled() noexcept override {
    was_cancelled = true;
    is_waiting = false;
    is_finished = true;
  }

  template <class Call>
  void guarded(Call call) {
    try {
      call();
    } catch (const Cancelled&) {
      cancelled();
    } catch (const std::exception& thrown) {
      fail(thrown.what());
    } catch (...) {
      fail("threw something that is not a std::exception");
    }
  }

  // Carries an offloaded function's end to the loop.
  struct Done final : Wake {
    explicit Done(Work& done_work) : work(done_work) {}
    void wake(unsigned) noexcept override {
      Work& ended = work;
      delete this;
      ended.done();
    }
    Work& work;
  };

  const StageType& type;
  Options options;
  ManualLoop manual_loop;
  std::shared_ptr<void> shared_state;
  std::vector<std::string> lines;
  std::uint64_t n_expected = 0;
  unsigned n_spare = 0;
  InputRules rules;
  std::chrono::nanoseconds tick_delay{0};
  std::int64_t n_charged = 0;
  bool cancel_requested = false;

  bool is_waiting = false;  // a step of an async stage is under way
  bool is_finished = true;
  bool was_cancelled = false;
  std::optional<std::string> failure;
  std::vector<Item> outputs;

  // Last, so that the instance goes before what it refers to.
  std::unique_ptr<SyncStage> sync;
  std::unique_ptr<AsyncStage> async;
};

namespace {

const StageType& find_type(const PluginDescriptor& plugin, std::string_view name) {
  const auto* types = plugin.stage_types;
  const auto* end = types + plugin.n_stage_types;
  const auto* found = std::find_if(types, end, [&](const auto& type) { return name == type.name; });
  if (found == end) throw std::invalid_argument("no stage type " + std::string(name));
  return *found;
}

}  // namespace

StageHarness::StageHarness(const PluginDescriptor& plugin, std::string_view type,
                           const OptionValues& options)
    : surroundings_(std::make_unique<Surroundings>(find_type(plugin, type), options)) {}
StageHarness::~StageHarness() = default;

void StageHarness::start_item(Item in, Call call) {
  Surroundings& s = *surroundings_;
  if (!s.is_finished) throw std::logic_error("the item before is not finished");
  s.is_finished = false;
  s.cancel_requested = s.was_cancelled = false;
  s.failure.reset();
  s.guarded([&] {
    if (s.sync) {
      Item out;
      const Step step = call == Call::begin    ? s.sync->begin(std::move(in), out)
                        : call == Call::finish ? s.sync->finish(out)
                                               : s.sync->tick(out);
      s.complete(step, std::move(out));
    } else {
      s.is_waiting = true;
      if (call == Call::begin) return s.async->begin(std::move(in), s);
      call == Call::finish ? s.async->finish(s) : s.async->tick(s);
    }
  });
}

void StageHarness::begin(Item in) {
  if (!in.has_job()) {
    auto job = make_ref<JobInfo>();
    job->id = "1";
    job->pipeline = "test";
    job->input = job->path = "test";
    if (surroundings_->type.accepts) ItemAccess::set_job(in, Ref<const JobInfo>(job.get()));
  }
  start_item(std::move(in), Call::begin);
}

void StageHarness::step() {
  Surroundings& s = *surroundings_;
  if (s.is_finished || s.is_waiting) return;
  s.guarded([&] {
    if (s.sync) {
      Item out;
      const Step step = s.sync->next(out);
      s.complete(step, std::move(out));
    } else {
      s.is_waiting = true;
      s.async->next(s);
    }
  });
}

bool StageHarness::is_done() const noexcept { return surroundings_->is_finished; }

std::vector<Item> StageHarness::take_outputs() { return std::exchange(surroundings_->outputs, {}); }

std::vector<Item> StageHarness::run_to_end() {
  Surroundings& s = *surroundings_;
  while (!s.is_finished) {
    if (!s.is_waiting) {
      step();
    } else if (!s.manual_loop.run_once()) {
      throw std::logic_error("the stage waits for nothing: it would never end");
    }
  }
  if (s.was_cancelled) throw Cancelled();
  if (s.failure) throw StageFailed(*s.failure);
  return take_outputs();
}

std::vector<Item> StageHarness::feed(Item in) {
  begin(std::move(in));
  return run_to_end();
}

std::vector<Item> StageHarness::finish() {
  start_item(Item(), Call::finish);
  return run_to_end();
}

std::vector<Item> StageHarness::tick() {
  surroundings_->tick_delay = {};
  start_item(Item(), Call::tick);
  return run_to_end();
}

void StageHarness::cancel() {
  Surroundings& s = *surroundings_;
  s.cancel_requested = true;
  if (s.is_finished) return;
  if (s.async) {
    s.async->cancel();
    if (s.is_waiting) return;  // the completion follows
  } else {
    s.sync->discard();
  }
  s.cancelled();
}

ManualLoop& StageHarness::loop() noexcept { return surroundings_->manual_loop; }
const std::vector<std::string>& StageHarness::log_lines() const noexcept {
  return surroundings_->lines;
}
std::chrono::nanoseconds StageHarness::requested_tick() const noexcept {
  return surroundings_->tick_delay;
}
std::int64_t StageHarness::n_charged_bytes() const noexcept { return surroundings_->n_charged; }
void StageHarness::set_spare_workers(unsigned n_workers) noexcept {
  surroundings_->n_spare = n_workers;
}
void StageHarness::set_input_rules(const InputRules& rules) { surroundings_->rules = rules; }
std::uint64_t StageHarness::n_expected_jobs() const noexcept { return surroundings_->n_expected; }

CAPSTAN_END_NAMESPACE
