#include "runtime.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>

#include "engine/heap.hpp"
#include "state_lines.hpp"

namespace capstan {

namespace {

/// ", with a.mp4, b.mp4 and 3 more"
std::string name_jobs(const std::vector<const JobInfo*>& jobs) {
  constexpr std::size_t kMostNamed = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(jobs.size(), kMostNamed); ++i) {
    text += (i == 0 ? ", with " : ", ") + jobs[i]->input;
  }
  if (jobs.size() > kMostNamed)
    text += " and " + std::to_string(jobs.size() - kMostNamed) + " more";
  return text;
}

InputRules input_rules(const config::DaemonConfig& daemon) {
  if (!daemon.allowed_inputs) return {};
  std::vector<std::string> allowed;
  for (const config::Text& entry : *daemon.allowed_inputs) allowed.push_back(entry.value);
  return InputRules(allowed);
}

}  // namespace

/// Watches one signal for as long as it lives.
class Runtime::Signal final : public Wake {
 public:
  Signal(Runtime& runtime, int number)
      : runtime_(runtime), number_(number), watch_(runtime.loop_.add_signal(number, *this)) {}
  ~Signal() { runtime_.loop_.remove(watch_); }
  void wake(unsigned) noexcept override { runtime_.on_signal(number_); }

 private:
  Runtime& runtime_;
  int number_;
  Loop::Watch* watch_;
};

/// Bounds how long a stop may take.
class Runtime::StopLimit final : public Wake {
 public:
  explicit StopLimit(Runtime& runtime)
      : runtime_(runtime), watch_(runtime.loop_.add_timer(kStopLimit, *this)) {}
  ~StopLimit() { runtime_.loop_.remove(watch_); }
  void wake(unsigned) noexcept override { runtime_.give_up(); }

 private:
  Runtime& runtime_;
  Loop::Watch* watch_;
};

Runtime::Runtime(Plan& plan, Logger& log, Listener& listener)
    : plan_((engine::return_large_buffers(), plan)),
      log_(log),
      listener_(listener),
      role_(ThreadRole::loop),
      pool_(plan.n_workers),
      engine_(loop_, pool_, log, plan.config.daemon.memory, 1, input_rules(plan.config.daemon)) {
  loop_home.check();
  // A client or a pipe that goes away is an error where it is written to, not the end of all.
  ::signal(SIGPIPE, SIG_IGN);
  // A file larger than the process may write is an error of that file.
  ::signal(SIGXFSZ, SIG_IGN);
  for (const int number : {SIGTERM, SIGINT, SIGUSR1}) {
    signals_.push_back(std::make_unique<Signal>(*this, number));
  }
  for (const graph::Pipeline& pipeline : plan_.pipelines) {
    pipelines_.push_back(&engine_.add(pipeline, *this));
  }
}

Runtime::~Runtime() = default;

bool Runtime::prepare() {
  loop_home.check();
  for (engine::Pipeline* pipeline : pipelines_) pipeline->prepare();
  if (!pipelines_.empty()) loop_.run();
  return !plan_.faults.has_errors();
}

void Runtime::pipeline_prepared(engine::Pipeline& pipeline,
                                const std::vector<engine::Failure>& failures) {
  const auto& configured = plan_.config.pipelines;
  const auto found = std::find_if(configured.begin(), configured.end(), [&](const auto& each) {
    return each.name.value == pipeline.name();
  });
  for (const engine::Failure& failure : failures) {
    config::Mark mark;
    for (const config::StageConfig& stage : found->stages) {
      if (stage.id.value == failure.stage) mark = stage.mark;
    }
    plan_.faults.error(mark, "stage '" + failure.stage + "': " + failure.message);
  }
  if (++n_prepared_ == pipelines_.size()) loop_.quit();
}

void Runtime::run(Until until) {
  loop_home.check();
  until_ = until;
  for (engine::Pipeline* pipeline : pipelines_) pipeline->run();
  if (n_signals_ > 0) drain();  // one came while the stages were made
  if (n_finished_ < pipelines_.size() || until == Until::signal) loop_.run();
}

void Runtime::close() {
  drain();
  if (n_finished_ < pipelines_.size()) loop_.run();
}

void Runtime::drain() {
  loop_home.check();
  for (engine::Pipeline* pipeline : pipelines_) pipeline->drain();
  if (n_finished_ == pipelines_.size()) loop_.quit();
}

void Runtime::stop() {
  loop_home.check();
  if (!stop_limit_) stop_limit_ = std::make_unique<StopLimit>(*this);
  for (engine::Pipeline* pipeline : pipelines_) pipeline->stop();
}

void Runtime::on_signal(int number) {
  if (number == SIGUSR1) return log_state();
  ++n_signals_;
  if (number == SIGINT && n_signals_ > 1) {
    log_.warn("stopping at once");
    stop();
  } else {
    log_.info(number == SIGINT ? "finishing what has begun; interrupt again to stop at once"
                               : "finishing what has begun");
    drain();
  }
}

void Runtime::log_state() {
  loop_home.check();
  for (const std::string& line : state_lines(engine_, pipelines_)) log_.info(line);
}

void Runtime::give_up() {
  loop_home.check();
  for (const engine::Pipeline* pipeline : pipelines_) {
    const auto counts = pipeline->counts();
    for (std::size_t i = 0; i < counts.size(); ++i) {
      if (counts[i].n_inside == 0) continue;
      log_.error("stage '" + counts[i].plan->id + "' of pipeline '" + pipeline->name() +
                 "' does not end: left behind" + name_jobs(pipeline->jobs_inside(i)));
    }
  }
  // Workers are still inside plugins: no destructor may run under them.
  ::_exit(1);
}

void Runtime::job_settled(engine::Pipeline& pipeline, const engine::JobReport& report) {
  listener_.job_settled(pipeline, report);
}

void Runtime::item_left(engine::Pipeline& pipeline, const Item& item) {
  listener_.item_left(pipeline, item);
}

void Runtime::source_failed(engine::Pipeline& pipeline, const engine::Failure& failure) {
  listener_.source_failed(pipeline, failure);
}

void Runtime::pipeline_finished(engine::Pipeline&,
                                const std::vector<engine::JobRequest>& unstarted) {
  unstarted_.insert(unstarted_.end(), unstarted.begin(), unstarted.end());
  ++n_finished_;
  const bool may_quit = until_ == Until::pipelines_end || n_signals_ > 0;
  if (n_finished_ == pipelines_.size() && may_quit) loop_.quit();
}

}  // namespace capstan
