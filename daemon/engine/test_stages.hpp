// Stages for tests of the engine. Each counts its lives and what is inside.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <capstan/sdk/plugin.hpp>

#include "loop/thread_role.hpp"

namespace capstan::engine {

/// What the test stages of one test saw. Reset by the fixture.
struct Seen {
  std::atomic<int> n_instances{0};
  std::atomic<int> n_inside{0};
  std::atomic<int> max_inside{0};
  std::atomic<int> n_finished{0};
  std::atomic<int> n_entered{0};
  std::atomic<int> n_wrong_thread{0};
  int fail_first = 0;  ///< "fail" fails this many times for each text
  std::map<std::string, int> n_tries;
  std::vector<std::string> calls;                       ///< "stage:text", by Probe
  std::function<void(const std::string&)> during_call;  ///< the loop's doing while Probe is in one
  std::vector<std::string> feed;                        ///< what FeedSource gives
  std::thread::id loop_thread;  ///< set where loop and workers are threads of their own

  /// Notes where a stage runs: the role that its thread has and, with real threads, its id.
  void note_thread(ThreadRole expected);
};
extern Seen seen;

Item text(const Item& in, const std::string& value);
std::string text_of(const Item& item);

/// Counts what is inside a stage, and lives.
struct Inside {
  Inside() {
    ++seen.n_entered;
    seen.max_inside = std::max(seen.max_inside.load(), ++seen.n_inside);
  }
  ~Inside() { --seen.n_inside; }
  Inside(const Inside&) = delete;
};
struct Lives {
  Lives() { ++seen.n_instances; }
  ~Lives() { --seen.n_instances; }
  Lives(const Lives&) = delete;
};

inline constexpr Option kNumber[] = {
    {.name = "n", .type = OptionType::integer, .default_value = "3", .help = "how many"}};

/// A stage type of a test's own.
template <class S>
inline constexpr StageType kMapType = stage_type<S>({"stage", "for tests", "*", "*", Scope::item,
                                                     kNumber});

/// A source of n references named 0, 1, ...
extern const StageType kSource;
/// A source: gives seen.feed, then fails if the last text is "throw".
extern const StageType kFeed;
/// A source: gives 0, 1, ... without end, one every n milliseconds.
extern const StageType kClock;
/// Gives what it gets.
extern const StageType kPass;
/// Notes its calls, and lets a test do something on the loop while a worker is in one.
extern const StageType kProbe;
/// n outputs of each item: "x/0", "x/1", ...
extern const StageType kSplit;
/// Async: sleeps n milliseconds, less for later items, so that they overtake.
extern const StageType kNap;
/// As kSplit, by an async generator.
extern const StageType kNapSplit;
/// Async: runs a function on the pool.
extern const StageType kOffloads;
/// Fails the first `seen.fail_first` tries of each text, and always on texts that start with "bad".
extern const StageType kFails;
/// Drops every second item.
extern const StageType kHalves;
/// Cannot be made.
extern const StageType kThrowing;
/// Job scope: collects a job's texts and gives them, joined, at its end.
extern const StageType kJoin;
/// Pipeline scope: batches of n items of any jobs; the rest at the end.
extern const StageType kBatch;

}  // namespace capstan::engine
