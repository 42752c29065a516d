// The words of a configuration for what a plan holds, and values as they would be written in one.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include <capstan/sdk/abi.hpp>

#include "config/policy.hpp"

namespace capstan::cli {

const char* name_of(Execution execution);
const char* name_of(Scope scope);
const char* name_of(config::Order order);
const char* name_of(config::OnError on_error);
const char* name_of(config::OnFull on_full);

/// In the largest unit that gives a whole number: "64MiB", "1500ms".
std::string written_bytes(std::uint64_t n_bytes);
std::string written_duration(std::chrono::nanoseconds duration);
std::string written_number(double number);

}  // namespace capstan::cli
