// One instance of a stage, and the context it sees.
#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include <capstan/sdk/stage.hpp>

#include "engine/job.hpp"

namespace capstan::engine {

struct Node;

/// The place of one item inside a stage: the unit of `concurrency`. Its instance is made on a
/// worker when the first item comes, and is never entered twice at once.
///
/// Home: the loop, but for the instance of a sync stage, which belongs to the worker that runs it.
class Slot final : public StageContext, private Wake {
 public:
  explicit Slot(Node& node) : node_(node) {}

  // StageContext
  std::string_view pipeline() const noexcept override;
  std::string_view stage() const noexcept override;
  Logger& log() noexcept override;
  bool is_cancelled() const noexcept override {
    return cancel_requested_.load(std::memory_order_relaxed);
  }
  Loop& loop() override;
  void offload(Work& work) override;
  void request_tick(std::chrono::nanoseconds delay) noexcept override {
    tick_delay_ = delay;
    is_tick_asked_ = true;
  }
  void charge(std::int64_t bytes) noexcept override;
  void expect_jobs(std::uint64_t n_jobs) noexcept override;
  unsigned n_spare_workers() const noexcept override;
  const InputRules& input_rules() const noexcept override;

  /// Makes the instance if there is none. On a worker; throws what the constructor throws.
  void construct();
  /// Destroys the instance. On a worker.
  void destroy() noexcept;
  bool is_constructed() const noexcept { return sync_ || async_; }
  /// Calls AsyncStage::start or stop where that is due. On the loop; start may throw.
  void start();
  void stop() noexcept;
  bool is_started() const noexcept { return is_started_; }

  SyncStage& sync() noexcept { return *sync_; }
  AsyncStage& async() noexcept { return *async_; }
  Node& node() noexcept { return node_; }

  void request_cancel(bool requested) noexcept {
    cancel_requested_.store(requested, std::memory_order_relaxed);
  }

  /// After a step: arms the timer that the stage asked for. Whether its time has come is told to
  /// the pipeline. On the loop, as the two below.
  void arm_tick();
  void cancel_tick() noexcept;
  void keep_tick() noexcept { is_tick_due_ = true; }
  bool take_due_tick() noexcept { return std::exchange(is_tick_due_, false); }

 private:
  void wake(unsigned events) noexcept override;  // the tick's time has come
  std::shared_ptr<void> shared_object(MakeShared make, void* argument) override;

  Node& node_;
  std::atomic<bool> cancel_requested_{false};
  bool is_started_ = false;
  bool is_tick_asked_ = false;  // in the step under way
  bool is_tick_due_ = false;
  std::chrono::nanoseconds tick_delay_{0};
  Loop::Watch* tick_timer_ = nullptr;
  std::atomic<std::int64_t> n_charged_{0};  // bytes of working memory
  std::unique_ptr<SyncStage> sync_;
  std::unique_ptr<AsyncStage> async_;

 public:
  // Changes with each item; apart from what workers read.
  alignas(64) Run* run = nullptr;  ///< what is inside now
  Job* job = nullptr;              ///< job scope: whose instance this is
};

}  // namespace capstan::engine
