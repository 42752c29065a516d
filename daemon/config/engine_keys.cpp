#include "config/engine_keys.hpp"

namespace capstan::config {

namespace {

constexpr std::uint64_t kMaxConcurrency = 1024;
constexpr std::uint64_t kMaxQueueItems = 65536;
constexpr std::uint64_t kMaxRetries = 100;
constexpr std::uint64_t kMaxCount = 1000000000;
constexpr std::chrono::nanoseconds kDefaultBackoff = std::chrono::milliseconds(100);

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

// {items, bytes, time}, at least one of them.
void read_epoch(const Entry& entry, StageConfig& stage, Faults& faults) {
  const std::string expected = "expected at least one of items, bytes and time";
  if (entry.value->kind != TreeNode::Kind::map) {
    return report_unexpected(entry.key, *entry.value,
                             "expected a map with items, bytes or time, as in '{time: 10s}'",
                             faults);
  }
  Epoch epoch;
  const auto read_items = [&](const Entry& items) {
    if (const auto count = read_count(items, 1, kMaxCount, faults)) {
      epoch.n_items = static_cast<std::size_t>(count->value);
    }
  };
  const auto read_size = [&](const Entry& bytes) {
    if (const auto size = read_bytes(bytes, 1, faults)) {
      epoch.n_bytes = static_cast<std::size_t>(size->value);
    }
  };
  const auto read_time = [&](const Entry& time) {
    const auto duration = read_duration(time, faults);
    if (!duration) return;
    if (duration->value.count() > 0) {
      epoch.duration = duration->value;
    } else {
      report_unexpected(time.key, *time.value, "expected a duration above 0", faults);
    }
  };
  read_map(*entry.value, "'epoch'",
           {{"items", read_items}, {"bytes", read_size}, {"time", read_time}}, faults);
  if (entry.value->map.empty()) {
    faults.error(entry.value->mark, "'epoch' is an empty map: " + expected);
  }
  stage.epoch = {epoch, entry.value->mark};
}

// Of sources.
std::vector<Key> source_keys(StageConfig& stage, Faults& faults) {
  const auto read_on_full = [&](const Entry& entry) {
    stage.on_full = read_choice<OnFull>(entry,
                                        {{"block", OnFull::block},
                                         {"drop_oldest", OnFull::drop_oldest},
                                         {"drop_newest", OnFull::drop_newest}},
                                        faults);
  };
  return {{"on_full", read_on_full},
          {"epoch", [&](const Entry& entry) { read_epoch(entry, stage, faults); }}};
}

}  // namespace

std::vector<Key> limit_keys(LimitConfig& limit, Faults& faults) {
  return {{"max_failures",
           [&](const Entry& entry) {
             if (const auto count = read_count(entry, 0, kMaxCount, faults)) {
               limit.max_failures = {static_cast<std::size_t>(count->value), count->mark};
             }
           }},
          {"max_failure_rate",
           [&](const Entry& entry) { limit.max_failure_rate = read_share(entry, faults); }}};
}

std::vector<Key> engine_keys(StageConfig& stage, Faults& faults) {
  std::vector<Key> keys = {
      {"concurrency",
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
         stage.on_error = read_choice<OnError>(entry,
                                               {{"fail", OnError::fail},
                                                {"drop", OnError::drop},
                                                {"dead_letter", OnError::dead_letter}},
                                               faults);
       }}};
  for (Key& key : limit_keys(stage.limit, faults)) keys.push_back(std::move(key));
  for (Key& key : source_keys(stage, faults)) keys.push_back(std::move(key));
  return keys;
}

}  // namespace capstan::config
