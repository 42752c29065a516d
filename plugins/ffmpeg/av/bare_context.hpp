// Surroundings of a stage that keep nothing, for tests of inputs too long for the harness.
#pragma once

#include <stdexcept>

#include <capstan/sdk/stage.hpp>

namespace capstan::ffmpeg {

/// Cancels nothing and drops what is logged.
class BareContext : public StageContext, public Logger {
 public:
  std::string_view pipeline() const noexcept override { return "sweep"; }
  std::string_view stage() const noexcept override { return "decode"; }
  Logger& log() noexcept override { return *this; }
  bool is_cancelled() const noexcept override { return false; }
  Loop& loop() override { throw std::logic_error("a sync stage has no loop"); }
  void offload(Work&) override { throw std::logic_error("a sync stage does not offload"); }
  void request_tick(std::chrono::nanoseconds) noexcept override {}
  void charge(std::int64_t) noexcept override {}
  void expect_jobs(std::uint64_t) noexcept override {}
  unsigned n_spare_workers() const noexcept override { return 0; }
  const InputRules& input_rules() const noexcept override { return rules_; }
  bool is_enabled(LogLevel) const noexcept override { return false; }
  void write(LogLevel, std::string_view) noexcept override {}

 private:
  std::shared_ptr<void> shared_object(MakeShared make, void* argument) override {
    return make(argument);
  }

  InputRules rules_;
};

}  // namespace capstan::ffmpeg
