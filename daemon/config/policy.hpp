// The engine's choices that an operator makes for a stage, shared by configuration and plan.
#pragma once

#include <chrono>

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
  fail,  ///< the job fails
  drop,  ///< the item is dropped and counted, the job goes on
};

/// More tries of an item that failed, each after a longer pause.
struct Retry {
  unsigned n_retries = 0;               ///< tries after the first
  std::chrono::nanoseconds backoff{0};  ///< before the first retry; doubles each time
};

}  // namespace capstan::config
