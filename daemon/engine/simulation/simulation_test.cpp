// Runs the engine from thousands of seeds. CAPSTAN_SEEDS=FIRST-LAST: these instead, for one that
// failed (N-N) or for hours.
#include <gtest/gtest.h>

#include <cstdlib>

#include "engine/simulation/simulation.hpp"

namespace capstan::engine::simulation {
namespace {

#if defined(NDEBUG)
constexpr std::uint64_t kNumSeeds = 80'000;
#elif defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kNumSeeds = 200;  // all is done by one thread
#else
constexpr std::uint64_t kNumSeeds = 3'000;
#endif

TEST(Simulation, KeepsItsPromisesWhateverHappens) {
  const char* seeds = std::getenv("CAPSTAN_SEEDS");
  unsigned long first = 1;
  unsigned long last = kNumSeeds;
  if (seeds) {
    ASSERT_EQ(std::sscanf(seeds, "%lu-%lu", &first, &last), 2) << "FIRST-LAST";
  }
  const bool is_verbose = std::getenv("CAPSTAN_VERBOSE");
  unsigned n_failed = 0;
  for (std::uint64_t seed = first; seed <= last && n_failed < 10; ++seed) {
    if (is_verbose) std::fprintf(stderr, "seed %lu\n", static_cast<unsigned long>(seed));
    auto simulation = std::make_unique<Simulation>(seed);
    const std::string wrong = simulation->run();
    if (wrong.empty()) continue;
    // Given up half way, which is no state to end in: it stays for good.
    static_cast<void>(simulation.release());
    ++n_failed;
    ADD_FAILURE() << "CAPSTAN_SEEDS=" << seed << "-" << seed << " shows it again:\n" << wrong;
    Grain::n_alive = 0;
  }
}

}  // namespace
}  // namespace capstan::engine::simulation
