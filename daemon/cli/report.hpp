// What `capstan run` tells a person: progress while it runs, a summary when it has.
#pragma once

#include <deque>
#include <filesystem>
#include <map>
#include <ostream>
#include <set>
#include <string>

#include "log/log.hpp"
#include "runtime.hpp"

namespace capstan::cli {

/// Home: the loop. Given a terminal, one live line; otherwise a log line every 10 seconds.
class Report final : public Listener, private Wake {
 public:
  Report(log::StderrLog& log, bool is_terminal);
  ~Report() override;

  /// Starts to show progress of these pipelines.
  void begin(Runtime& runtime, std::size_t n_inputs);
  /// Ends the progress and prints the summary.
  void end(std::ostream& out);
  /// 0 all done, 1 some jobs failed, were cancelled, or were not taken.
  int exit_code() const;

 private:
  struct Failed {
    std::string input;
    std::string reason;
  };

  void job_settled(const engine::Pipeline& pipeline, const engine::JobReport& report) override;
  void item_left(const engine::Pipeline& pipeline, const Item& item) override;
  void source_failed(const engine::Pipeline& pipeline, const engine::Failure& failure) override;
  void wake(unsigned events) noexcept override;
  void arm();
  std::string progress_line() const CAPSTAN_ON_LOOP;
  std::uint64_t n_expected() const;
  std::uint64_t n_frames() const CAPSTAN_ON_LOOP;
  double seconds() const;
  void print_failures(std::ostream& out) const;
  void print_unstarted(std::ostream& out) const;

  log::StderrLog& log_;
  const bool is_terminal_;
  Runtime* runtime_ = nullptr;
  Loop::Watch* timer_ = nullptr;
  std::chrono::steady_clock::time_point began_;
  std::size_t n_inputs_ = 0;
  std::uint64_t n_done_ = 0;
  std::uint64_t n_failed_ = 0;
  std::uint64_t n_dead_ = 0;  // of the failed
  std::uint64_t n_cancelled_ = 0;
  std::uint64_t n_dropped_ = 0;
  std::uint64_t n_outputs_ = 0;
  std::uint64_t n_written_ = 0;
  std::uint64_t n_source_failures_ = 0;
  std::deque<Failed> failed_;
  std::filesystem::path written_below_;  // the folder that holds every output so far
};

}  // namespace capstan::cli
