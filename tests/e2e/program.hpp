// Runs programs as a user would, from a test: arguments, environment, folder, signals, output.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace e2e {

/// Long enough for every build, sanitizers included: reaching it is a failure of its own.
inline constexpr std::chrono::seconds kDeadline{120};

struct Result {
  int exit_code = -1;  ///< -1: ended by a signal
  int signal = 0;
  std::int64_t peak_bytes = 0;  ///< resident, at most
  std::string out;
  std::string err;

  std::string all() const { return out + err; }
  /// The lines of both outputs that contain `words`.
  std::vector<std::string> lines_with(const std::string& words) const;
};

struct Options {
  std::map<std::string, std::string> environment;  ///< on top of the test's own
  std::filesystem::path folder;                    ///< where it starts; empty: where the test is
  bool is_nobody = false;                          ///< drop root; see can_become_nobody()
};

/// A running program. Home: the test's thread. Killed with its group when destroyed before it
/// ended.
class Program {
 public:
  explicit Program(std::vector<std::string> command, const Options& options = {});
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void send(int signal) const;
  bool is_running();
  /// Waits for its end; kills it and fails the test at the deadline.
  Result wait();
  /// What it has said so far.
  std::string output() const;

 private:
  void reap(int flags);

  std::vector<std::string> command_;
  std::filesystem::path outputs_;
  int pid_ = -1;
  int status_ = 0;
  std::int64_t peak_bytes_ = 0;
  bool has_ended_ = false;
};

Result run(std::vector<std::string> command, const Options& options = {});

/// Polls until `condition` holds; false at the deadline.
bool wait_until(const std::function<bool()>& condition);

bool can_become_nobody();

/// Where the build and the sources are, as meson tells the test.
std::filesystem::path build_folder();
std::filesystem::path source_folder();
/// The programs under test.
std::string capstan();
std::string capstand();

/// `capstan` with arguments, in a folder.
Result run_capstan(std::vector<std::string> arguments, const Options& options = {});

}  // namespace e2e
