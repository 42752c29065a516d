// What the subjects in C++ share: two threads that take files from a list, and the line that the
// driver reads.
#pragma once

#include <atomic>
#include <cstdio>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tally.hpp"

namespace bench {

/// The command line: PROGRAM CASE LIST [FOLDER].
struct Job {
  std::string name;  ///< of the case
  std::vector<std::string> files;
  std::string folder;  ///< for outputs

  Job(int argc, char** argv) {
    if (argc < 3) throw std::invalid_argument("usage: PROGRAM CASE LIST [FOLDER]");
    name = argv[1];
    folder = argc > 3 ? argv[3] : "";
    std::ifstream list(argv[2]);
    for (std::string line; std::getline(list, line);) files.push_back(line);
  }
  /// Where the result of a file goes.
  std::string output(const std::string& input, const char* extension) const {
    return folder + input.substr(input.rfind('/')) + extension;
  }
};

/// Makes a Worker(job) for each of two threads and calls `work(path)` for every file. A Worker has
/// a `tally`.
template <class Worker>
void work_off(const Job& job) {
  std::vector<Worker> workers;
  for (int i = 0; i < 2; ++i) workers.emplace_back(job);
  std::atomic<std::size_t> next = 0;
  std::exception_ptr failure;
  std::atomic<bool> has_failed = false;
  std::vector<std::thread> threads;
  for (Worker& worker : workers) {
    threads.emplace_back([&] {
      try {
        for (std::size_t i; (i = next++) < job.files.size();) worker.work(job.files[i]);
      } catch (...) {
        if (!has_failed.exchange(true)) failure = std::current_exception();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  if (failure) std::rethrow_exception(failure);
  workers[0].tally.add(workers[1].tally);
  workers[0].tally.print(stdout);
}

/// main() of a subject; what is thrown becomes a line on stderr.
template <class Worker>
int run_subject(int argc, char** argv) {
  try {
    work_off<Worker>(Job(argc, argv));
    return 0;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s: %s\n", argv[0], failure.what());
    return 2;
  }
}

}  // namespace bench
