// What every subject of a benchmark needs: its arguments, a stopwatch, latencies, memory, and the
// one line of JSON that the driver reads.
#pragma once

#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

using Clock = std::chrono::steady_clock;

/// The command line: --case NAME --variant NAME --workers N --in-flight N --items N.
struct Arguments {
  std::string name = "hop";  ///< of the case
  std::string variant;
  unsigned n_workers = 1;
  unsigned in_flight = 64;
  std::uint64_t n_items = 1'000'000;

  Arguments(int argc, char** argv) {
    for (int i = 1; i + 1 < argc; i += 2) set(argv[i], argv[i + 1]);
    if (argc % 2 == 0) throw std::invalid_argument("an option lacks its value");
  }

 private:
  void set(std::string_view option, const std::string& value) {
    if (option == "--case") {
      name = value;
    } else if (option == "--variant") {
      variant = value;
    } else if (option == "--workers") {
      n_workers = static_cast<unsigned>(std::stoul(value));
    } else if (option == "--in-flight") {
      in_flight = static_cast<unsigned>(std::stoul(value));
    } else if (option == "--items") {
      n_items = std::stoull(value);
    } else {
      throw std::invalid_argument("unknown option " + std::string(option));
    }
  }
};

/// Wall and CPU time of the whole process, from start() to stop().
class Stopwatch {
 public:
  void start() {
    cpu_s_ = -cpu_seconds();
    begin_ = Clock::now();
  }
  void stop() {
    wall_s_ = std::chrono::duration<double>(Clock::now() - begin_).count();
    cpu_s_ += cpu_seconds();
  }
  double wall_s() const { return wall_s_; }
  double cpu_s() const { return cpu_s_; }

 private:
  static double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](timeval t) {
      return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
  }

  Clock::time_point begin_;
  double wall_s_ = 0, cpu_s_ = 0;
};

/// A sample of latencies. Reading the clock twice for each item would cost the fastest subjects a
/// fifth of their time, so with many in flight only one item in some is looked at. The step is a
/// prime, so that it does not always hit the same place of a batch.
class Latencies {
 public:
  Latencies(std::uint64_t n_items, unsigned in_flight)
      : step_(std::max<std::uint64_t>(in_flight > 1 ? 17 : 1, n_items / 100'000 | 1)) {
    samples_us_.reserve(n_items / step_ + 1);
  }
  bool is_sampled(std::uint64_t item) const { return item % step_ == 0; }
  void add(Clock::duration latency) {
    samples_us_.push_back(std::chrono::duration<float, std::micro>(latency).count());
  }
  std::uint64_t size() const { return samples_us_.size(); }
  double percentile_us(double p) {
    if (samples_us_.empty()) return -1;
    const auto nth = samples_us_.begin() +
                     static_cast<std::ptrdiff_t>(p * static_cast<double>(samples_us_.size() - 1));
    std::nth_element(samples_us_.begin(), nth, samples_us_.end());
    return *nth;
  }

 private:
  std::uint64_t step_;
  std::vector<float> samples_us_;
};

/// How long the sleeper of that number sleeps, out of `n`: long enough for all to be asleep at
/// once, and spread, so that they do not all wake in the same iteration.
inline std::chrono::microseconds sleep_time(std::uint64_t number, std::uint64_t n) {
  const std::uint64_t shortest_us = std::max<std::uint64_t>(50'000, n * 40);
  return std::chrono::microseconds(shortest_us + shortest_us / 2 * (number * 7919 % n) / n);
}

/// Bytes of memory the process has now: in pages, and as malloc counts them over all arenas.
inline double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double n_total = 0, n_resident = 0;
  statm >> n_total >> n_resident;
  return n_resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}
inline double allocated_bytes() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
}

/// Peak of resident memory. Not ru_maxrss, which starts with what the parent had at the fork.
inline double peak_kb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmHWM:", 0) == 0) return std::stod(line.substr(6));
  }
  return 0;
}

/// The one line that the driver reads. `value` is in the unit of the group of rows.
class Report {
 public:
  Report(std::uint64_t n_units, double value) {
    add("n_units", static_cast<double>(n_units));
    add("value", value);
  }
  Report& add(const char* name, double number) {
    char text[64];
    std::snprintf(text, sizeof(text), "%s\"%s\": %.9g", line_.empty() ? "" : ", ", name, number);
    line_ += text;
    return *this;
  }
  Report& add(Latencies& latencies) {
    return add("p50_us", latencies.percentile_us(0.50))
        .add("p99_us", latencies.percentile_us(0.99));
  }
  Report& add(const Stopwatch& watch) { return add("cpu_s", watch.cpu_s()); }
  void print() {
    add("peak_kb", peak_kb());
    std::printf("{%s}\n", line_.c_str());
  }

 private:
  std::string line_;
};

/// Of a subject that counts items a second.
inline Report throughput(std::uint64_t n_items, const Stopwatch& watch) {
  return Report(n_items, static_cast<double>(n_items) / watch.wall_s()).add(watch);
}

/// Runs a subject; what it throws becomes exit code 2 and a line on stderr.
template <class Run>
int run_subject(int argc, char** argv, Run run) {
  try {
    run(Arguments(argc, argv));
    return 0;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s: %s\n", argv[0], failure.what());
    return 2;
  }
}

}  // namespace bench
