// The life of a pipeline: construction, the start, the end.
#include "engine/pipeline.hpp"

#include <algorithm>

#include "engine/engine.hpp"

namespace capstan::engine {

/// Makes one instance of each stage on a worker, so that a stage that cannot be made is known
/// before anything runs.
class Pipeline::Construction final : public WorkerTask {
 public:
  explicit Construction(Pipeline& pipeline) : pipeline_(pipeline) { share = pipeline.share_; }
  WorkerTask* run() noexcept override {
    for (const auto& node : pipeline_.nodes_) {
      try {
        node->slots.front()->construct();
      } catch (const std::exception& failure) {
        failures_.push_back({node->plan.id, failure.what()});
      } catch (...) {
        failures_.push_back({node->plan.id, "threw something that is not a std::exception"});
      }
    }
    return nullptr;
  }
  void done() noexcept override {
    loop_home.check();
    Pipeline& pipeline = pipeline_;
    std::vector<Failure> failures = std::move(failures_);
    delete this;
    pipeline.constructed(std::move(failures));
  }

 private:
  Pipeline& pipeline_;
  std::vector<Failure> failures_;
};

/// Destroys all instances on a worker, then what they shared.
class Pipeline::Cleanup final : public WorkerTask {
 public:
  explicit Cleanup(Pipeline& pipeline) : pipeline_(pipeline) { share = pipeline.share_; }
  WorkerTask* run() noexcept override {
    for (const auto& node : pipeline_.nodes_) {
      for (const auto& slot : node->slots) slot->destroy();
      node->shared_object.reset();
    }
    return nullptr;
  }
  void done() noexcept override {
    loop_home.check();
    Pipeline& pipeline = pipeline_;
    delete this;
    pipeline.cleaned_up();
  }

 private:
  Pipeline& pipeline_;
};

Pipeline::Pipeline(Engine& engine, const graph::Pipeline& plan, Observer& observer, unsigned share)
    : engine_(engine), plan_(plan), observer_(observer), share_(share) {
  for (std::size_t i = 0; i < plan_.stages.size(); ++i) {
    nodes_.push_back(std::make_unique<Node>(*this, plan_.stages[i], i, engine_.log(), plan_.name));
    if (nodes_.back()->scope() == Scope::job) job_nodes_.push_back(nodes_.back().get());
  }
  connect();
}

Pipeline::~Pipeline() = default;

void Pipeline::connect() {
  auto add_edge = [&](Node* from, Node& to, std::optional<std::uint32_t> path) -> Edge* {
    const EdgeBounds bounds{to.plan.queue_items, to.plan.queue_bytes, to.scope() == Scope::job};
    edges_.push_back(std::make_unique<Edge>(from, to, bounds, path));
    to.in.push_back(edges_.back().get());
    if (from) from->out.push_back(edges_.back().get());
    return edges_.back().get();
  };
  for (const auto& node : nodes_) {
    for (const graph::Input& input : node->plan.inputs) {
      Node* from = nodes_[input.stage].get();
      Edge* edge = add_edge(from, *node, input.path);
      if (node->plan.follows_on) from->follows = edge;
    }
  }
  for (const auto& node : nodes_) {
    for (const Edge* edge : node->in) {
      const Node* from = edge->from();
      if (!from || from->is_source() || from->type().separates_jobs) continue;
      node->is_behind_mixer =
          node->is_behind_mixer || from->is_behind_mixer || from->scope() == Scope::pipeline;
    }
    node->is_plain = node->out.size() <= 1 && node->plan.paths.empty() &&
                     node->scope() != Scope::pipeline && !node->type().separates_jobs;
    if (node->is_source()) {
      entries_.insert(entries_.end(), node->out.begin(), node->out.end());
    } else if (node->plan.inputs.empty()) {
      entries_.push_back(add_edge(nullptr, *node, std::nullopt));
    }
  }
}

void Pipeline::prepare() {
  if (was_prepared_) throw std::logic_error("pipeline '" + name() + "' was prepared already");
  was_prepared_ = true;
  engine_.submit(*new Construction(*this));
}

void Pipeline::constructed(std::vector<Failure> failures) {
  for (const auto& node : nodes_) {
    try {
      if (failures.empty()) node->slots.front()->start();
    } catch (const std::exception& failure) {
      failures.push_back({node->plan.id, failure.what()});
    } catch (...) {
      failures.push_back({node->plan.id, "threw something that is not a std::exception"});
    }
  }
  state_ = State::running;
  observer_.pipeline_prepared(*this, failures);
  engine_.schedule();
}

void Pipeline::run() {
  if (is_draining_ || may_run_) return;
  may_run_ = true;
  start_sources();
  engine_.schedule();
}

void Pipeline::submit(JobRequest request) {
  if (is_draining_ || intake_closed_) {
    unstarted_.push_back(std::move(request));
    return;
  }
  intake_.push_back(std::move(request));
  engine_.schedule();
}

void Pipeline::close_intake() {
  intake_closed_ = true;
  engine_.schedule();
}

void Pipeline::pause() { is_paused_ = !is_draining_; }

void Pipeline::resume() {
  if (!std::exchange(is_paused_, false)) return;
  // What the pause kept back: calls of every stage, the ends of jobs, ticks.
  mark_all_dirty();
  for (Job* job = jobs_.oldest(); job; job = job->next) {
    for (Node* node : job_nodes_) check_ended(*job, *node);
  }
  for (const auto& node : nodes_) {
    for (const auto& slot : node->slots) {
      if (!slot->run && slot->take_due_tick()) tick_due(*slot);
    }
  }
  engine_.schedule();
}

bool Pipeline::cancel(std::uint64_t job_number) {
  Job* job = jobs_.find(job_number);
  if (!job || !job->is_running()) return false;
  if (is_telling_) {
    job->state = JobState::cancelled;
    cancelled_.push_back(Ref<Job>(job));
    engine_.schedule();
    return true;
  }
  end_job(*job, JobState::cancelled, std::nullopt);
  engine_.schedule();
  return true;
}

void Pipeline::drain() {
  if (is_draining_) return;
  if (is_telling_) {
    drain_asked_ = true;
    return engine_.schedule();
  }
  is_draining_ = true;
  intake_closed_ = true;
  resume();
  for (JobRequest& request : intake_) unstarted_.push_back(std::move(request));
  intake_.clear();
  for (const auto& node : nodes_) {
    if (!node->is_source()) continue;
    Slot& slot = *node->slots.front();
    if (slot.run) {
      abandon(*slot.run);
    } else {
      node->has_ended = true;
    }
  }
  engine_.schedule();
}

void Pipeline::stop() {
  if (is_stopping_) return;
  if (is_telling_) {
    stop_asked_ = true;
    return engine_.schedule();
  }
  drain();
  is_stopping_ = true;
  std::vector<Job*> jobs;
  for (Job* job = jobs_.oldest(); job; job = job->next) jobs.push_back(job);
  for (Job* job : jobs) {
    if (job->is_running()) end_job(*job, JobState::cancelled, std::nullopt);
  }
}

void Pipeline::take_orders() {
  if (std::exchange(drain_asked_, false)) drain();
  if (std::exchange(stop_asked_, false)) stop();
  for (const Ref<Job>& job : std::exchange(cancelled_, {})) sweep(*job);
}

void Pipeline::close() {
  state_ = State::closing;
  for (const auto& node : nodes_) {
    for (const auto& slot : node->slots) slot->stop();
  }
  engine_.submit(*new Cleanup(*this));
}

void Pipeline::cleaned_up() {
  // Items that stages still held are gone now, and their jobs with them.
  take_released();
  settled_.clear();
  state_ = State::finished;
  observer_.pipeline_finished(*this, unstarted_);
}

std::vector<StageCounts> Pipeline::counts() const {
  std::vector<StageCounts> counts;
  for (const auto& node : nodes_) {
    StageCounts each;
    each.plan = &node->plan;
    each.n_in = node->n_in;
    each.n_out = node->n_out;
    each.n_failed = node->n_failed;
    each.n_dropped = node->n_dropped;
    each.n_retried = node->n_retried;
    each.n_passed_on = node->n_passed_on;
    for (const Edge* edge : node->in) each.n_queued += edge->size();
    each.n_inside = node->n_active - each.n_queued;
    counts.push_back(each);
  }
  return counts;
}

std::vector<const JobInfo*> Pipeline::jobs_inside(std::size_t stage) const {
  std::vector<const Job*> jobs;
  for (const auto& slot : nodes_[stage]->slots) {
    if (!slot->run) continue;
    slot->run->token.for_each_job([&](const Job& job) { jobs.push_back(&job); });
  }
  std::sort(jobs.begin(), jobs.end(), [](auto* a, auto* b) { return a->number < b->number; });
  jobs.erase(std::unique(jobs.begin(), jobs.end()), jobs.end());
  return {jobs.begin(), jobs.end()};
}

}  // namespace capstan::engine
