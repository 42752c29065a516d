#include "bench/engine/capstan_live.hpp"

#include "bench/engine/capstan_stages.hpp"
#include "engine/pool.hpp"

namespace bench {

void StderrLogger::write(LogLevel, std::string_view line) noexcept {
  std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
}

Live& Live::add(const StageType& type, unsigned concurrency, std::size_t queue_items) {
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

void Live::run(unsigned n_workers, std::uint64_t n_jobs) {
  loop_home.check();
  plan_.name = "bench";
  n_jobs_ = n_jobs;
  engine::Pool pool(n_workers);
  engine::Engine engine(loop_, pool, log_, std::size_t{1} << 30);
  engine.add(plan_, *this).prepare();
  loop_.run();
  if (traffic.n_left != traffic.n_items || n_failed_ > 0) {
    throw std::runtime_error(std::to_string(traffic.n_left) + " items left, " +
                             std::to_string(n_failed_) + " jobs failed");
  }
}

void Live::pipeline_prepared(engine::Pipeline& pipeline,
                             const std::vector<engine::Failure>& failures) {
  loop_home.check();
  if (!failures.empty()) {
    log_.error(engine::describe(failures.front()));
    return pipeline.drain();
  }
  pipeline.run();
  if (n_jobs_ == 0) return;
  for (std::uint64_t i = 0; i < n_jobs_; ++i) pipeline.submit({"job", ""});
  pipeline.close_intake();
}

void Live::item_left(engine::Pipeline&, const Item& item) {
  if (const auto* stamp = item.get_if<Stamp>()) {
    traffic.left(stamp->made_at);
  } else {
    traffic.left(Source::made_at(item.get<Reference>()));
  }
  // Later in this iteration: an observer does not call stages.
  if (traffic.waiting) loop_.post(*std::exchange(traffic.waiting, nullptr));
}

void Live::job_settled(engine::Pipeline&, const engine::JobReport& report) {
  n_failed_ += report.state != engine::JobState::done;
}

void Live::source_failed(engine::Pipeline&, const engine::Failure& failure) {
  log_.error(engine::describe(failure));
  ++n_failed_;
}

void Live::pipeline_finished(engine::Pipeline&, const std::vector<engine::JobRequest>&) {
  loop_.quit();
}

}  // namespace bench
