#include "config/stage_reader.hpp"

#include "config/values.hpp"

namespace capstan::config {

namespace {

constexpr std::uint64_t kMaxConcurrency = 1024;
constexpr std::uint64_t kMaxQueueItems = 65536;
constexpr std::uint64_t kMaxRetries = 100;
constexpr std::chrono::nanoseconds kDefaultBackoff = std::chrono::milliseconds(100);

// A stage id or a list of them.
void read_from(const Entry& entry, StageConfig& stage, Faults& faults) {
  const std::string expected = "expected the id of a stage or a list of ids";
  const TreeNode& node = *entry.value;
  stage.from.emplace();
  const auto add = [&](const TreeNode& name) {
    if (name.kind == TreeNode::Kind::scalar && !name.is_broken) {
      stage.from->push_back({name.text, name.mark});
    } else {
      report_unexpected(entry.key, name, expected, faults);
      stage.is_from_broken = true;
    }
  };
  if (node.kind != TreeNode::Kind::list) return add(node);
  if (node.list.empty()) {
    faults.error(node.mark, "'from' is an empty list: " + expected);
    stage.is_from_broken = true;
  }
  for (const TreePtr& name : node.list) add(*name);
}

void read_queue_items(const Entry& entry, StageConfig& stage, Faults& faults) {
  if (const auto items = read_count(entry, 1, kMaxQueueItems, faults)) {
    stage.queue_items = {static_cast<std::size_t>(items->value), items->mark};
  }
}

// A count, or {items, bytes}.
void read_queue(const Entry& entry, StageConfig& stage, Faults& faults) {
  if (entry.value->kind != TreeNode::Kind::map) return read_queue_items(entry, stage, faults);
  const auto read_queue_bytes = [&](const Entry& bytes) {
    if (const auto value = read_bytes(bytes, 1, faults)) {
      stage.queue_bytes = {static_cast<std::size_t>(value->value), value->mark};
    }
  };
  read_map(*entry.value, "'queue'",
           {{"items", [&](const Entry& items) { read_queue_items(items, stage, faults); }},
            {"bytes", read_queue_bytes}},
           faults);
}

// A count, or {times, backoff}.
void read_retry(const Entry& entry, StageConfig& stage, Faults& faults) {
  Retry retry;
  retry.backoff = kDefaultBackoff;
  bool is_given = false;
  const auto read_times = [&](const Entry& times) {
    is_given = true;
    if (const auto count = read_count(times, 0, kMaxRetries, faults)) {
      retry.n_retries = static_cast<unsigned>(count->value);
    }
  };
  const auto read_backoff = [&](const Entry& backoff) {
    if (const auto time = read_duration(backoff, faults)) retry.backoff = time->value;
  };
  if (entry.value->kind != TreeNode::Kind::map) {
    read_times(entry);
  } else {
    read_map(*entry.value, "'retry'", {{"times", read_times}, {"backoff", read_backoff}}, faults);
    if (!is_given) faults.error(entry.value->mark, "'retry' lacks 'times': expected a count");
  }
  stage.retry = {retry, entry.value->mark};
}

std::vector<Key> engine_keys(StageConfig& stage, Faults& faults) {
  return {{"concurrency",
           [&](const Entry& entry) {
             if (const auto count = read_count(entry, 1, kMaxConcurrency, faults)) {
               stage.concurrency = {static_cast<unsigned>(count->value), count->mark};
             }
           }},
          {"queue", [&](const Entry& entry) { read_queue(entry, stage, faults); }},
          {"order",
           [&](const Entry& entry) {
             stage.order = read_choice<Order>(
                 entry, {{"job", Order::job}, {"none", Order::none}, {"global", Order::global}},
                 faults);
           }},
          {"timeout", [&](const Entry& entry) { stage.timeout = read_duration(entry, faults); }},
          {"retry", [&](const Entry& entry) { read_retry(entry, stage, faults); }},
          {"on_error", [&](const Entry& entry) {
             stage.on_error = read_choice<OnError>(
                 entry, {{"fail", OnError::fail}, {"drop", OnError::drop}}, faults);
           }}};
}

}  // namespace

StageConfig read_stage(const TreeNode& node, Faults& faults) {
  StageConfig stage;
  stage.mark = node.mark;
  bool has_use = false;
  std::vector<Key> keys = {
      {"use",
       [&](const Entry& entry) {
         has_use = true;
         stage.use = read_text(entry, "expected the name of a stage type", faults).value_or(Text());
         if (entry.value->kind == TreeNode::Kind::scalar && !entry.value->is_broken &&
             stage.use.value.empty()) {
           report_unexpected(entry.key, *entry.value, "expected the name of a stage type", faults);
         }
       }},
      {"with", [&](const Entry& entry) { stage.with = read_options(entry, faults); }},
      {"id",
       [&](const Entry& entry) {
         const auto id = read_text(entry, "expected a name for the stage", faults);
         if (id && check_name(*id, "a stage", faults)) stage.id = *id;
       }},
      {"from", [&](const Entry& entry) { read_from(entry, stage, faults); }}};
  for (Key& key : engine_keys(stage, faults)) keys.push_back(std::move(key));
  if (read_map(node, "a stage", keys, faults) && !has_use) {
    faults.error(node.mark, "a stage lacks 'use': expected the name of a stage type");
  }
  if (stage.id.value.empty()) stage.id = stage.use;
  return stage;
}

}  // namespace capstan::config
