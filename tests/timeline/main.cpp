// Makes the first picture of README.md, and as a test sees that it still tells the truth.
//
//   timeline --write FOLDER    writes timeline-light.svg and timeline-dark.svg
//   timeline --check           exits with 1 unless the loop stood still in the first run only
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>

#include "record.hpp"

int main(int argc, char** argv) {
  const bool writes = argc == 3 && std::strcmp(argv[1], "--write") == 0;
  const bool checks = argc == 2 && std::strcmp(argv[1], "--check") == 0;
  if (!writes && !checks) {
    std::fputs("usage: timeline --write FOLDER | --check\n", stderr);
    return 2;
  }
  const timeline::Record blocking = timeline::run_blocking();
  const timeline::Record offloaded = timeline::run_offloaded();
  std::printf("blocking: %d heartbeats during the work, longest gap %.1f ms\n",
              blocking.n_beats_during_work(), blocking.longest_gap_ms());
  std::printf("offloaded: %d heartbeats during the work, longest gap %.1f ms\n",
              offloaded.n_beats_during_work(), offloaded.longest_gap_ms());
  if (checks) {
    return blocking.n_beats_during_work() == 0 && offloaded.n_beats_during_work() > 0 ? 0 : 1;
  }
  for (const bool is_dark : {false, true}) {
    std::ofstream file(std::string(argv[2]) +
                       (is_dark ? "/timeline-dark.svg" : "/timeline-light.svg"));
    file << draw(blocking, offloaded, is_dark);
    if (!file.flush()) {
      std::fprintf(stderr, "timeline: cannot write into %s\n", argv[2]);
      return 1;
    }
  }
  return 0;
}
