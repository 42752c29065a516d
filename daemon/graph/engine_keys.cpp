#include "graph/engine_keys.hpp"

#include <algorithm>

namespace capstan::graph {

namespace {

using config::quote;
using config::StageConfig;
using config::Value;

constexpr unsigned kDefaultAsyncConcurrency = 16;
constexpr std::size_t kMostQueueItems = 16;
constexpr std::size_t kDefaultQueueBytes = std::size_t{64} << 20U;

template <class T>
void refuse(const std::optional<Value<T>>& key, const char* name, const std::string& reason,
            config::Faults& faults) {
  if (key) faults.error(key->mark, reason + ": leave '" + name + "' out");
}

void check_source_keys(const StageConfig& stage, const std::string& id, config::Faults& faults) {
  if (stage.concurrency && stage.concurrency->value != 1) {
    faults.error(stage.concurrency->mark, id + " is a source, which runs once: expected no "
                                               "'concurrency' above 1");
  }
  const std::string takes_nothing = id + " is a source, which takes nothing";
  refuse(stage.queue_items, "queue", takes_nothing, faults);
  refuse(stage.queue_bytes, "queue", takes_nothing, faults);
  const std::string has_no_items = id + " is a source, which has no items of its own";
  refuse(stage.order, "order", has_no_items, faults);
  refuse(stage.on_error, "on_error", has_no_items, faults);
  refuse(stage.timeout, "timeout", has_no_items, faults);
  refuse(stage.limit.max_failures, "max_failures", has_no_items, faults);
  refuse(stage.limit.max_failure_rate, "max_failure_rate", has_no_items, faults);
}

unsigned choose_concurrency(const Draft& draft, unsigned n_workers) {
  if (draft.config->concurrency) return draft.config->concurrency->value;
  if (draft.scope == Scope::pipeline || draft.is_source()) return 1;
  return draft.type->execution == Execution::sync ? n_workers : kDefaultAsyncConcurrency;
}

}  // namespace

void check_engine_keys(const Draft& draft, config::Faults& faults) {
  if (!draft.type) return;
  const StageConfig& stage = *draft.config;
  const std::string id = quote(draft.id());
  if (draft.is_source()) {
    check_source_keys(stage, id, faults);
  } else {
    refuse(stage.on_full, "on_full", id + " is no source", faults);
    refuse(stage.epoch, "epoch", id + " is no source", faults);
  }
  const bool is_serial = draft.scope == Scope::pipeline && !draft.is_source();
  if (is_serial && stage.concurrency && stage.concurrency->value != 1) {
    faults.error(stage.concurrency->mark,
                 id + " sees every item of the pipeline one after the other: expected no "
                      "'concurrency' above 1");
  }
  const bool has_state =
      draft.is_source() || draft.scope == Scope::job || draft.scope == Scope::pipeline;
  if (has_state && stage.retry && stage.retry->value.n_retries > 0) {
    refuse(stage.retry, "retry",
           id + " keeps state between its items, so that one alone cannot be tried again", faults);
  }
}

FailureLimit make_limit(const config::LimitConfig& limit) {
  FailureLimit made;
  if (limit.max_failures) made.max_failures = limit.max_failures->value;
  if (limit.max_failure_rate) made.max_rate = limit.max_failure_rate->value;
  return made;
}

Stage make_stage(Draft& draft, unsigned n_workers) {
  Stage stage;
  const StageConfig& config = *draft.config;
  stage.id = draft.id();
  stage.type = draft.type;
  stage.options = std::move(draft.options);
  stage.scope = draft.scope;
  stage.paths = std::move(draft.paths);
  stage.concurrency = choose_concurrency(draft, n_workers);
  // One item on its way for each that is worked on; more would only hide a slow stage.
  stage.queue_items =
      std::clamp<std::size_t>(2 * std::size_t{stage.concurrency}, 2, kMostQueueItems);
  if (config.queue_items) stage.queue_items = config.queue_items->value;
  stage.queue_bytes = config.queue_bytes ? config.queue_bytes->value : kDefaultQueueBytes;
  if (config.order) stage.order = config.order->value;
  if (config.on_error) stage.on_error = config.on_error->value;
  if (config.retry) stage.retry = config.retry->value;
  if (config.timeout) stage.timeout = config.timeout->value;
  stage.limit = make_limit(config.limit);
  if (config.on_full) stage.on_full = config.on_full->value;
  if (config.epoch) stage.epoch = config.epoch->value;
  return stage;
}

}  // namespace capstan::graph
