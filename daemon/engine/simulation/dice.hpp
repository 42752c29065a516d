// Where a simulation takes its chances from: a seed and nothing else.
#pragma once

#include <cstdint>

namespace capstan::engine::simulation {

/// The finaliser of splitmix64 (Steele, Lea and Flood, 2014).
inline std::uint64_t mix(std::uint64_t x) noexcept {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}
inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept { return mix(a ^ mix(b)); }

class Dice {
 public:
  explicit Dice(std::uint64_t seed) noexcept : state_(mix(seed)) {}
  unsigned below(unsigned n) noexcept { return static_cast<unsigned>((state_ = mix(state_)) % n); }
  bool one_in(unsigned n) noexcept { return below(n) == 0; }

 private:
  std::uint64_t state_;
};

}  // namespace capstan::engine::simulation
