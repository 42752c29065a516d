// The engine's choices that an operator makes for a stage, shared by configuration and plan.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

namespace capstan::config {

/// In which order a stage gives its outputs.
enum class Order : unsigned char {
  invalid = 0,
  job,     ///< items of one job stay in order, jobs overtake each other
  none,    ///< as they finish
  global,  ///< as the items came in
};

/// What becomes of a job when one of its items fails in a stage for the last time.
enum class OnError : unsigned char {
  invalid = 0,
  fail,         ///< the job fails
  drop,         ///< the item is dropped and counted, the job goes on
  dead_letter,  ///< the job is dead: it is kept aside, and nothing tries it again by itself
};

/// What a source does with an output for which there is no room.
enum class OnFull : unsigned char {
  invalid = 0,
  block,        ///< it waits
  drop_oldest,  ///< what has waited longest makes room
  drop_newest,  ///< the output is dropped
};

/// More tries of an item that failed, each after a longer pause.
struct Retry {
  unsigned n_retries = 0;               ///< tries after the first
  std::chrono::nanoseconds backoff{0};  ///< before the first retry; doubles each time
};

/// How many failures are borne before no more work is taken.
struct FailureLimit {
  std::optional<std::size_t> max_failures;  ///< one more closes the intake
  /// A share in (0, 1]; counts once kMinForRate have been through. 0: none.
  double max_rate = 0;
  static constexpr std::size_t kMinForRate = 100;
  bool is_set() const noexcept { return max_failures || max_rate > 0; }
};

/// Where an endless source is cut into jobs: whichever bound is met first. All zero: each output is
/// a job of its own.
struct Epoch {
  std::size_t n_items = 0;
  std::size_t n_bytes = 0;
  std::chrono::nanoseconds duration{0};
  bool is_set() const noexcept { return n_items > 0 || n_bytes > 0 || duration.count() > 0; }
};

}  // namespace capstan::config
