// What happened on a loop and a worker while one coroutine ran, in milliseconds of its first step.
#pragma once

#include <string>
#include <vector>

namespace timeline {

struct Span {
  std::string name;
  bool is_on_worker = false;
  double begin_ms = 0;
  double end_ms = 0;
};

struct Record {
  std::vector<Span> spans;       ///< prepare, work, finish
  std::vector<double> beats_ms;  ///< when the loop's heartbeat came, due every kBeatMs

  const Span& work() const { return spans.at(1); }
  /// Heartbeats that came while the work was under way.
  int n_beats_during_work() const;
  double longest_gap_ms() const;
};

inline constexpr double kBeatMs = 10;

/// Runs `prepare(); work; finish();` as a coroutine on a real loop, the work either called there or
/// offloaded to a worker.
Record run_blocking();
Record run_offloaded();

/// The picture of both, as SVG for a light or a dark page.
std::string draw(const Record& blocking, const Record& offloaded, bool is_dark);

}  // namespace timeline
