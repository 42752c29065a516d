#include "program.hpp"

#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

namespace e2e {

namespace fs = std::filesystem;

namespace {

constexpr unsigned kNobody = 65534;  // Debian's, for user and group

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

[[noreturn]] void become(const std::vector<std::string>& command, const Options& options,
                         const fs::path& outputs) {
  ::setpgid(0, 0);
  const int in = ::open("/dev/null", O_RDONLY);
  const int out = ::open((outputs / "out").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  const int err = ::open((outputs / "err").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (::dup2(in, 0) < 0 || ::dup2(out, 1) < 0 || ::dup2(err, 2) < 0) ::_exit(126);
  if (!options.folder.empty() && ::chdir(options.folder.c_str()) != 0) ::_exit(126);
  if (options.is_nobody &&
      (::setgroups(0, nullptr) != 0 || ::setgid(kNobody) != 0 || ::setuid(kNobody) != 0)) {
    ::_exit(126);
  }
  for (const auto& [name, value] : options.environment) {
    ::setenv(name.c_str(), value.c_str(), 1);
  }
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execvp(arguments[0], arguments.data());
  ::_exit(127);
}

std::string environment_or_die(const char* name) {
  const char* value = std::getenv(name);
  if (!value) throw std::runtime_error(std::string(name) + " is not set: run this with meson test");
  return value;
}

}  // namespace

std::vector<std::string> Result::lines_with(const std::string& words) const {
  std::vector<std::string> found;
  std::istringstream text(all());
  for (std::string line; std::getline(text, line);) {
    if (line.find(words) != std::string::npos) found.push_back(line);
  }
  return found;
}

Program::Program(std::vector<std::string> command, const Options& options)
    : command_(std::move(command)) {
  std::string folder = (fs::temp_directory_path() / "capstan-program-XXXXXX").string();
  if (!::mkdtemp(folder.data())) throw std::runtime_error("no temporary folder");
  outputs_ = folder;
  pid_ = ::fork();
  if (pid_ == 0) become(command_, options, outputs_);
  // In both processes, since either may come first: a signal to the group must find it.
  ::setpgid(pid_, pid_);
}

Program::~Program() {
  if (!has_ended_) {
    ::kill(-pid_, SIGKILL);
    reap(0);
  }
  std::error_code ignored;
  fs::remove_all(outputs_, ignored);
}

void Program::reap(int flags) {
  rusage usage{};
  if (has_ended_ || ::wait4(pid_, &status_, flags, &usage) != pid_) return;
  has_ended_ = true;
  // What this process had at the fork counts as well: far less than is asked about.
  peak_bytes_ = std::int64_t{usage.ru_maxrss} * 1024;
}

void Program::send(int signal) const {
  if (!has_ended_) ::kill(pid_, signal);
}

bool Program::is_running() {
  reap(WNOHANG);
  return !has_ended_;
}

Result Program::wait() {
  if (!wait_until([this] { return !is_running(); })) {
    ADD_FAILURE() << command_[0] << " did not end; it said:\n" << output();
    ::kill(-pid_, SIGKILL);
    reap(0);
  }
  Result result;
  result.peak_bytes = peak_bytes_;
  result.out = read_text(outputs_ / "out");
  result.err = read_text(outputs_ / "err");
  if (WIFEXITED(status_)) result.exit_code = WEXITSTATUS(status_);
  if (WIFSIGNALED(status_)) result.signal = WTERMSIG(status_);
  return result;
}

std::string Program::output() const {
  return read_text(outputs_ / "out") + read_text(outputs_ / "err");
}

Result run(std::vector<std::string> command, const Options& options) {
  return Program(std::move(command), options).wait();
}

bool wait_until(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + kDeadline;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    // A pause between two looks; no result depends on its length.
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

bool can_become_nobody() { return ::geteuid() == 0; }

fs::path build_folder() { return environment_or_die("CAPSTAN_BUILD"); }
fs::path source_folder() { return environment_or_die("CAPSTAN_SOURCE"); }
std::string capstan() { return environment_or_die("CAPSTAN_PROGRAM"); }
std::string capstand() { return environment_or_die("CAPSTAND_PROGRAM"); }

Result run_capstan(std::vector<std::string> arguments, const Options& options) {
  arguments.insert(arguments.begin(), capstan());
  return run(std::move(arguments), options);
}

}  // namespace e2e
