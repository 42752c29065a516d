// How large a soak is, and what it finds the process to take.
#pragma once

#include <cstdint>

namespace soak {

/// Resident memory of this process now, in bytes.
std::int64_t resident_bytes();
/// The most that it ever was (VmHWM).
std::int64_t peak_resident_bytes();

/// Sanitizers keep freed memory for a while, so their builds say nothing about the process's size.
constexpr bool has_sanitizer() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return true;
#else
  return false;
#endif
}

/// How many items a soak takes: $CAPSTAN_SOAK_ITEMS, or what suits this build.
std::uint64_t count_items(std::uint64_t n_of_release, std::uint64_t n_of_sanitizers);

}  // namespace soak
