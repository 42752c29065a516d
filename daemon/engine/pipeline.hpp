// A running pipeline: jobs, tokens, and every decision about what runs next.
#pragma once

#include <atomic>
#include <deque>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "engine/held_item.hpp"
#include "engine/node.hpp"
#include "engine/run.hpp"

namespace capstan::engine {

class Engine;
class Pipeline;

/// An input to be submitted as a job.
struct JobRequest {
  std::string input;  ///< path or URL
  std::string path;   ///< relative path for outputs
};

/// What is known of an input that a source gave.
JobRequest request_of(const Item& item);

/// Hears what becomes of jobs. Called on the loop, from within the pump: must not call back into
/// the pipeline, except for submit(), run(), pause(), resume(), cancel(), drain() and stop().
class Observer {
 public:
  virtual ~Observer() = default;
  /// Every stage has been made once, or could not be, and why. The owner answers, now or later,
  /// with run() or drain().
  virtual void pipeline_prepared(Pipeline& pipeline, const std::vector<Failure>& failures) = 0;
  virtual void job_settled(Pipeline& pipeline, const JobReport& report) = 0;
  /// An item left the last stage.
  virtual void item_left(Pipeline&, const Item&) {}
  /// A source gave up; what it had emitted goes on.
  virtual void source_failed(Pipeline& pipeline, const Failure& failure) = 0;
  /// All jobs are settled and all instances destroyed. `unstarted`: submissions not taken.
  virtual void pipeline_finished(Pipeline& pipeline, const std::vector<JobRequest>& unstarted) = 0;
};

/// Figures of one stage.
struct StageCounts {
  const graph::Stage* plan = nullptr;
  std::uint64_t n_in = 0, n_out = 0, n_failed = 0, n_dropped = 0, n_retried = 0;
  std::uint64_t n_passed_on = 0;  ///< outputs that ran on through the segment
  std::size_t n_inside = 0, n_queued = 0;
};

/// Home: the loop, unless said otherwise. See README.md for the rules.
class Pipeline final : private Wake {
 public:
  Pipeline(Engine& engine, const graph::Pipeline& plan, Observer& observer, unsigned share);
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  /// Makes one instance of each stage and tells the observer.
  void prepare() CAPSTAN_ON_LOOP;
  /// Starts the source and takes submissions. After prepare() went well.
  void run() CAPSTAN_ON_LOOP;
  /// Queues an input of a pipeline; it becomes a job when there is room. One that comes after the
  /// intake was closed, or the source has ended, is counted as not taken.
  void submit(JobRequest request) CAPSTAN_ON_LOOP;
  /// No more submissions: the pipeline ends when its source has, and everything is settled.
  void close_intake() CAPSTAN_ON_LOOP;
  /// Nothing is begun any more; calls under way end, and what they give waits. Idempotent.
  void pause() CAPSTAN_ON_LOOP;
  void resume() CAPSTAN_ON_LOOP;
  bool is_paused() const noexcept CAPSTAN_ON_LOOP { return is_paused_; }
  bool is_draining() const noexcept CAPSTAN_ON_LOOP { return is_draining_; }
  bool has_finished() const noexcept CAPSTAN_ON_LOOP { return state_ == State::finished; }
  /// Cancels a job in flight. False when there is none of that number.
  bool cancel(std::uint64_t job_number) CAPSTAN_ON_LOOP;
  /// The source stops, what is in flight completes, then the pipeline ends. Ends a pause.
  /// Idempotent.
  void drain() CAPSTAN_ON_LOOP;
  /// As drain, but jobs in flight are cancelled. Idempotent.
  void stop() CAPSTAN_ON_LOOP;

  const std::string& name() const noexcept { return plan_.name; }
  const graph::Pipeline& plan() const noexcept { return plan_; }
  Engine& engine() noexcept { return engine_; }
  std::vector<StageCounts> counts() const CAPSTAN_ON_LOOP;
  std::size_t n_jobs_in_flight() const noexcept CAPSTAN_ON_LOOP { return jobs_.size(); }
  /// Submissions that have not become jobs yet.
  std::size_t n_jobs_waiting() const noexcept CAPSTAN_ON_LOOP { return intake_.size(); }
  /// The jobs of which a stage, given by its index, has items inside; oldest first.
  std::vector<const JobInfo*> jobs_inside(std::size_t stage) const CAPSTAN_ON_LOOP;
  /// What the source expects to emit in all; 0 when unknown. Any thread.
  std::uint64_t n_expected_jobs() const noexcept {
    return n_expected_.load(std::memory_order_relaxed);
  }
  void expect_jobs(std::uint64_t n_jobs) noexcept {
    n_expected_.store(n_jobs, std::memory_order_relaxed);
  }

  // For the engine, runs and slots.
  unsigned share() const noexcept { return share_; }
  void pump() CAPSTAN_ON_LOOP;
  bool overdraw() CAPSTAN_ON_LOOP;
  /// A step has ended: in a plugin's call, which the pump follows, or not.
  void completed(Run& run) CAPSTAN_ON_LOOP;
  void process(Run& run) CAPSTAN_ON_LOOP;
  void timer_fired(Run& run) CAPSTAN_ON_LOOP;
  void tick_due(Slot& slot) CAPSTAN_ON_LOOP;
  /// A stage of pipeline scope let go of an item: takes its record over. Any thread.
  void ticket_released(std::list<Released>& record) noexcept;

  friend struct PipelineView;  // the simulation looks inside

 private:
  enum class State : std::uint8_t { invalid = 0, constructing, running, closing, finished };
  class Construction;
  class Cleanup;
  /// The job that an endless source feeds now.
  struct OpenEpoch {
    Job* job = nullptr;
    std::size_t n_items = 0;
    std::size_t n_bytes = 0;
    Loop::Watch* timer = nullptr;
  };

  // pipeline.cpp: life; pump.cpp: the order in which everything moves
  void wake(unsigned events) noexcept override;
  void connect();
  void constructed(std::vector<Failure> failures) CAPSTAN_ON_LOOP;
  void flush_waiting(Node& node) CAPSTAN_ON_LOOP;
  void end_nodes() CAPSTAN_ON_LOOP;
  bool has_ended(const Node& node) const;
  void close() CAPSTAN_ON_LOOP;
  void cleaned_up() CAPSTAN_ON_LOOP;
  void mark_dirty(Node& node) CAPSTAN_ON_LOOP;
  void mark_all_dirty() CAPSTAN_ON_LOOP;

  /// Calls the observer. What it asks for meanwhile would change what the caller is at work on: it
  /// is noted, and done by take_orders().
  template <class Tell>
  void tell(Tell call) CAPSTAN_ON_LOOP {
    const bool was_telling = std::exchange(is_telling_, true);
    call();
    is_telling_ = was_telling;
  }
  bool has_orders() const CAPSTAN_ON_LOOP {
    return drain_asked_ || stop_asked_ || !cancelled_.empty();
  }
  void take_orders() CAPSTAN_ON_LOOP;

  // flow.cpp: items from stage to stage
  void flush(Run& run) CAPSTAN_ON_LOOP;
  bool hand_on(Run& run) CAPSTAN_ON_LOOP;
  bool hand_on_plain(Run& run, Item& item) CAPSTAN_ON_LOOP;
  bool hand_on_item(Run& run, Item& item) CAPSTAN_ON_LOOP;
  void push(Edge& edge, Item item, const Token& jobs) CAPSTAN_ON_LOOP;
  void push(Edge& edge, Item&& item, Job& job) CAPSTAN_ON_LOOP;
  void leave(Item&& item) CAPSTAN_ON_LOOP;
  void wait(Run& run) CAPSTAN_ON_LOOP;
  void resume(Run& run) CAPSTAN_ON_LOOP;
  Token token_of_output(Run& run, Item& item) CAPSTAN_ON_LOOP;
  static void find_jobs(const Run& run, Item& item, Token& jobs);

  // holding.cpp: what stages of pipeline scope hold
  void take_released() CAPSTAN_ON_LOOP;
  void count_released(const Released& released) CAPSTAN_ON_LOOP;
  void end_releases(const Run& run, bool has_failed) CAPSTAN_ON_LOOP;
  void ask_for_held() CAPSTAN_ON_LOOP;

  // entry.cpp: items enter a stage
  void start_runs(Node& node) CAPSTAN_ON_LOOP;
  Run* next_run(Node& node) CAPSTAN_ON_LOOP;
  Run* next_run_of_jobs(Node& node) CAPSTAN_ON_LOOP;
  Run* next_retry(Node& node, bool is_kept) CAPSTAN_ON_LOOP;
  Run* take_token(Node& node, Edge& edge, const Job* job, Slot& slot) CAPSTAN_ON_LOOP;
  void made_room(Edge& edge) CAPSTAN_ON_LOOP;
  void stop_waiting(Run& run) CAPSTAN_ON_LOOP;
  bool may_call(Node& node, std::size_t input_bytes) CAPSTAN_ON_LOOP;

  // segment.cpp: runs through neighbouring stages on one worker
  void lend_next(Run& run) CAPSTAN_ON_LOOP;
  bool may_lend(const Run& run, const Node& next) const CAPSTAN_ON_LOOP;
  bool could_lend(Node& node, Job& job) const CAPSTAN_ON_LOOP;
  bool should_wait_to_lend(Node& node, Job& job) const CAPSTAN_ON_LOOP;
  void look_again_before(Node& node) CAPSTAN_ON_LOOP;
  void settle_loan(Run& run) CAPSTAN_ON_LOOP;
  bool call_back(Run& follower) CAPSTAN_ON_LOOP;
  bool call_back_newest(Node& node) CAPSTAN_ON_LOOP;
  void withdraw(Run& follower) CAPSTAN_ON_LOOP;

  // dispatch.cpp: turns, grants, calls into stages, end of a run
  static bool is_turn(const Run& run);
  static RunList* order_at(Node& node, Job& job);
  void enter_order(Run& run) CAPSTAN_ON_LOOP;
  void leave_order(Run& run) CAPSTAN_ON_LOOP;
  bool is_large(std::size_t size_bytes) const;
  void set_grant(Run& run) CAPSTAN_ON_LOOP;
  void prepare_step(Run& run, Call call) CAPSTAN_ON_LOOP;
  void dispatch(Run& run, Call call) CAPSTAN_ON_LOOP;
  void arm_time_limit(Run& run, std::chrono::nanoseconds delay) CAPSTAN_ON_LOOP;
  void end_run(Run& run) CAPSTAN_ON_LOOP;
  void end_token(const Run& run) CAPSTAN_ON_LOOP;
  void release_slot(Run& run) CAPSTAN_ON_LOOP;
  void release_promise(Run& run) CAPSTAN_ON_LOOP;

  // failure.cpp: failures, other tries, time limits, failure limits
  void step_failed(Run& run) CAPSTAN_ON_LOOP;
  bool can_retry(const Run& run, unsigned n_failures) const;
  void back_off(Run& run) CAPSTAN_ON_LOOP;
  void give_up(Run& run) CAPSTAN_ON_LOOP;
  bool run_members_alone(Run& run) CAPSTAN_ON_LOOP;
  void fail_held_jobs(Node& node, const Failure& failure) CAPSTAN_ON_LOOP;
  void time_limit_reached(Run& run) CAPSTAN_ON_LOOP;
  void replace_worker(Run& run) CAPSTAN_ON_LOOP;
  void lose_outputs(Run& run) CAPSTAN_ON_LOOP;
  void fail_jobs(Run& run, const std::string& message) CAPSTAN_ON_LOOP;
  void count_given_up(Node& node) CAPSTAN_ON_LOOP;
  void count_settled(const Job& job) CAPSTAN_ON_LOOP;
  void close_after(const std::string& what, std::uint64_t n_failed) CAPSTAN_ON_LOOP;

  // cancel.cpp: jobs end before their time
  void end_job(Job& job, JobState state, std::optional<Failure> failure) CAPSTAN_ON_LOOP;
  void sweep(Job& job) CAPSTAN_ON_LOOP;
  std::vector<Job*> drop_tokens() CAPSTAN_ON_LOOP;
  std::vector<Run*> runs_without_job(Node& node) CAPSTAN_ON_LOOP;
  void abandon(Run& run) CAPSTAN_ON_LOOP;
  void stop_listing(Run& run) CAPSTAN_ON_LOOP;
  void clear_outputs(Run& run) CAPSTAN_ON_LOOP;

  // source.cpp: what sources give; admission.cpp: jobs in
  void start_sources() CAPSTAN_ON_LOOP;
  bool take_from_source(Node& source, Item& item) CAPSTAN_ON_LOOP;
  bool has_entry_room(const Job* job) const CAPSTAN_ON_LOOP;
  bool drop_oldest() CAPSTAN_ON_LOOP;
  void admit_to_epoch(Node& source, Item item) CAPSTAN_ON_LOOP;
  void close_epoch() CAPSTAN_ON_LOOP;
  bool can_admit() const CAPSTAN_ON_LOOP;
  Job* admit(Item item, JobRequest request) CAPSTAN_ON_LOOP;
  void enter_graph(Item item, Job& job) CAPSTAN_ON_LOOP;
  void admit_from_intake() CAPSTAN_ON_LOOP;
  Job& new_job(JobRequest request) CAPSTAN_ON_LOOP;
  void end_source_for(Job& job) CAPSTAN_ON_LOOP;

  // ending.cpp: jobs end stage by stage, and settle
  void check_ended(Job& job, Node& node) CAPSTAN_ON_LOOP;
  bool has_ended_before(const Job& job, const Node& node) const;
  void start_own_call(Node& node, Slot& slot, Job* job, RunKind kind) CAPSTAN_ON_LOOP;
  void release_job_slot(Job& job, Node& node) CAPSTAN_ON_LOOP;
  void settle(Job& job) CAPSTAN_ON_LOOP;

  Engine& engine_;
  const graph::Pipeline& plan_;
  Observer& observer_;
  const unsigned share_;
  std::atomic<std::uint64_t> n_expected_{0};

  State state_ CAPSTAN_LOOP_ONLY = State::constructing;
  bool is_paused_ CAPSTAN_LOOP_ONLY = false;
  bool is_draining_ CAPSTAN_LOOP_ONLY = false;
  bool is_stopping_ CAPSTAN_LOOP_ONLY = false;
  bool intake_closed_ CAPSTAN_LOOP_ONLY = false;
  bool was_prepared_ CAPSTAN_LOOP_ONLY = false;
  bool may_run_ CAPSTAN_LOOP_ONLY = false;
  bool is_telling_ CAPSTAN_LOOP_ONLY = false;
  bool drain_asked_ CAPSTAN_LOOP_ONLY = false;
  bool stop_asked_ CAPSTAN_LOOP_ONLY = false;
  std::vector<Ref<Job>> cancelled_ CAPSTAN_LOOP_ONLY;  // by the observer, not yet swept
  std::uint64_t n_settled_ CAPSTAN_LOOP_ONLY = 0;
  std::uint64_t n_failed_jobs_ CAPSTAN_LOOP_ONLY = 0;  // without those that a stage's limit counts
  std::size_t n_cleanups_ CAPSTAN_LOOP_ONLY = 0;
  std::deque<JobRequest> intake_ CAPSTAN_LOOP_ONLY;
  std::vector<JobRequest> unstarted_ CAPSTAN_LOOP_ONLY;
  JobList jobs_ CAPSTAN_LOOP_ONLY;
  OpenEpoch epoch_ CAPSTAN_LOOP_ONLY;
  std::vector<Ref<Job>> settled_ CAPSTAN_LOOP_ONLY;  // freed when nobody looks
  Ring<Run*> completed_ CAPSTAN_LOOP_ONLY;
  std::vector<Run*> flushing_ CAPSTAN_LOOP_ONLY;
  std::size_t n_dirty_ CAPSTAN_LOOP_ONLY = 0;
  bool is_pumping_ CAPSTAN_LOOP_ONLY = false;
  std::vector<Node*> refused_ CAPSTAN_LOOP_ONLY;  // could run but for the memory budget
  bool is_overdrawing_ CAPSTAN_LOOP_ONLY = false;

  Mutex released_mutex_;
  std::list<Released> released_ CAPSTAN_GUARDED_BY(released_mutex_);
  std::atomic<bool> has_released_{false};
  std::list<Released> released_in_call_ CAPSTAN_LOOP_ONLY;
  bool is_handing_on_ = false;  // the loop's; others do not get to read it

  std::vector<std::unique_ptr<Edge>> edges_;
  std::vector<std::unique_ptr<Node>> nodes_;  // topological order
  std::vector<Edge*> entries_;                // where new jobs come in
  std::vector<Node*> job_nodes_;              // stages of job scope
};

}  // namespace capstan::engine
