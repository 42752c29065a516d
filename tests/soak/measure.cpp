#include "soak/measure.hpp"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

namespace soak {

std::int64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::int64_t all = 0;
  std::int64_t resident = 0;
  file >> all >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

std::int64_t peak_resident_bytes() {
  std::ifstream file("/proc/self/status");
  for (std::string word; file >> word;) {
    if (word != "VmHWM:") continue;
    std::int64_t kib = 0;
    file >> kib;
    return kib * 1024;
  }
  return 0;
}

std::uint64_t count_items(std::uint64_t n_of_release, std::uint64_t n_of_sanitizers) {
  if (const char* text = std::getenv("CAPSTAN_SOAK_ITEMS")) return std::strtoull(text, nullptr, 10);
  return has_sanitizer() ? n_of_sanitizers : n_of_release;
}

}  // namespace soak
