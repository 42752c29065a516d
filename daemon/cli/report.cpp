#include "cli/report.hpp"

#include <algorithm>
#include <cstdio>

namespace capstan::cli {

namespace {

using namespace std::chrono_literals;

// Kept for the summary; later ones are logged as they come, so that memory stays bounded.
constexpr std::size_t kMaxFailuresKept = 10'000;

std::string count(std::uint64_t n, const char* what) {
  return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

std::string fixed(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof(text), "%.*f", digits, value);
  return text;
}

std::string clock_time(double seconds) {
  const auto s = static_cast<long long>(seconds);
  char text[64];
  if (s >= 3600) {
    std::snprintf(text, sizeof(text), "%lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
  } else {
    std::snprintf(text, sizeof(text), "%lld:%02lld", s / 60, s % 60);
  }
  return text;
}

/// A stage whose outputs are decoded media that it was not given: its outputs are frames.
bool makes_frames(const StageType& type) {
  const std::string_view gives = type.produces ? type.produces : "";
  const std::string_view takes = type.accepts ? type.accepts : "";
  return gives.find("_frame") != std::string_view::npos &&
         takes.find("_frame") == std::string_view::npos;
}

std::filesystem::path common_folder(const std::filesystem::path& a,
                                    const std::filesystem::path& b) {
  std::filesystem::path common;
  for (auto x = a.begin(), y = b.begin(); x != a.end() && y != b.end() && *x == *y; ++x, ++y) {
    common /= *x;
  }
  return common;
}

}  // namespace

Report::Report(log::StderrLog& log, bool is_terminal) : log_(log), is_terminal_(is_terminal) {}
Report::~Report() = default;

void Report::begin(Runtime& runtime, std::size_t n_inputs) {
  runtime_ = &runtime;
  n_inputs_ = n_inputs;
  began_ = std::chrono::steady_clock::now();
  arm();
}

void Report::arm() {
  timer_ = runtime_->loop().add_timer(is_terminal_ ? std::chrono::nanoseconds(200ms) : 10s, *this);
}

void Report::wake(unsigned) noexcept {
  loop_home.check();
  runtime_->loop().remove(std::exchange(timer_, nullptr));
  const std::string line = progress_line();
  if (is_terminal_) {
    log_.set_status(line);
  } else {
    log_.info("progress: " + line);
  }
  arm();
}

double Report::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
}

std::uint64_t Report::n_expected() const {
  std::uint64_t n = n_inputs_;
  for (const engine::Pipeline* pipeline : runtime_->pipelines()) n += pipeline->n_expected_jobs();
  return n;
}

std::uint64_t Report::n_frames() const {
  std::uint64_t n = 0;
  for (const engine::Pipeline* pipeline : runtime_->pipelines()) {
    for (const engine::StageCounts& stage : pipeline->counts()) {
      if (makes_frames(*stage.plan->type)) n += stage.n_out;
    }
  }
  return n;
}

std::string Report::progress_line() const {
  const std::uint64_t n_settled = n_done_ + n_failed_ + n_cancelled_;
  const std::uint64_t n_all = n_expected();
  const double rate = static_cast<double>(n_settled) / std::max(seconds(), 1e-3);
  std::string line = std::to_string(n_settled);
  if (n_all >= n_settled && n_all > 0) {
    line += " of " + count(n_all, "file") + " (" + std::to_string(n_settled * 100 / n_all) + " %)";
  } else {
    line += n_settled == 1 ? " file" : " files";
  }
  line += ", " + fixed(rate, 1) + " files/s, " + std::to_string(n_failed_) + " failed";
  if (n_all > n_settled && n_settled > 0) {
    line += ", " + clock_time(static_cast<double>(n_all - n_settled) / rate) + " left";
  }
  return line;
}

void Report::job_settled(const engine::Pipeline& pipeline, const engine::JobReport& report) {
  n_outputs_ += report.n_outputs;
  n_dropped_ += report.n_dropped;
  if (report.state == engine::JobState::done) ++n_done_;
  if (report.state == engine::JobState::cancelled) ++n_cancelled_;
  const bool is_dead = report.state == engine::JobState::dead;
  if (report.state != engine::JobState::failed && !is_dead) return;
  ++n_failed_;
  n_dead_ += is_dead;
  const std::string reason = engine::describe(*report.failure);
  if (failed_.size() < kMaxFailuresKept) {
    failed_.push_back({report.info.input, reason});
  } else {
    log_.error(pipeline.name() + ": " + report.info.input + ": " + reason);
  }
}

void Report::item_left(const engine::Pipeline&, const Item& item) {
  const auto* reference = item.get_if<Reference>();
  if (!reference) return;
  const auto folder = std::filesystem::path(reference->location()).parent_path();
  written_below_ = n_written_++ == 0 ? folder : common_folder(written_below_, folder);
}

void Report::source_failed(const engine::Pipeline& pipeline, const engine::Failure& failure) {
  ++n_source_failures_;
  log_.error(pipeline.name() + ": the source gave up: " + engine::describe(failure));
}

void Report::print_failures(std::ostream& out) const {
  if (failed_.empty()) return;
  out << "failed:\n";
  for (const Failed& each : failed_) {
    out << "  " << log::escape(each.input) << ": " << log::escape(each.reason) << '\n';
  }
  if (n_failed_ > failed_.size()) {
    out << "  and " << n_failed_ - failed_.size() << " more, which were logged\n";
  }
}

void Report::print_unstarted(std::ostream& out) const {
  const auto& unstarted = runtime_->unstarted();
  if (unstarted.empty()) return;
  out << "not begun:\n";
  for (const engine::JobRequest& each : unstarted) out << "  " << log::escape(each.input) << '\n';
}

void Report::end(std::ostream& out) {
  loop_home.check();
  runtime_->loop().remove(std::exchange(timer_, nullptr));
  log_.set_status({});
  const double took = seconds();
  const std::uint64_t n_settled = n_done_ + n_failed_ + n_cancelled_;
  print_failures(out);
  print_unstarted(out);
  out << count(n_settled, "file") << ": " << n_done_ << " done, " << n_failed_ << " failed";
  if (n_dead_ > 0) out << " (" << n_dead_ << " to the dead letters)";
  if (n_cancelled_ > 0) out << ", " << n_cancelled_ << " cancelled";
  const std::size_t n_unstarted = runtime_->unstarted().size();
  if (n_unstarted > 0) out << ", " << n_unstarted << " not begun";
  out << '\n' << count(n_frames(), "frame") << " decoded, " << count(n_outputs_, "output");
  if (n_dropped_ > 0) out << ", " << count(n_dropped_, "item") << " dropped";
  out << " in " << fixed(took, 1) << " s (" << fixed(static_cast<double>(n_settled) / took, 1)
      << " files/s, " << fixed(static_cast<double>(n_frames()) / took, 1) << " frames/s)\n";
  if (n_written_ > 0) out << "outputs: " << log::escape(written_below_.string()) << '\n';
  out.flush();
}

int Report::exit_code() const {
  const bool all_done = n_failed_ == 0 && n_cancelled_ == 0 && n_source_failures_ == 0 &&
                        runtime_->unstarted().empty() && !runtime_->was_interrupted();
  return all_done ? 0 : 1;
}

}  // namespace capstan::cli
