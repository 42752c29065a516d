#include "cli/names.hpp"

#include <cstdio>
#include <iterator>

namespace capstan::cli {

namespace {

struct Unit {
  const char* name;
  std::uint64_t size;
};

template <std::size_t N>
std::string in_largest_unit(std::uint64_t value, const Unit (&units)[N]) {
  const Unit* unit = std::begin(units);
  while (unit + 1 != std::end(units) && (value == 0 || value % unit->size != 0)) ++unit;
  return std::to_string(value / unit->size) + unit->name;
}

}  // namespace

const char* name_of(Execution execution) {
  switch (execution) {
    case Execution::sync:
      return "sync";
    case Execution::async:
      return "async";
    case Execution::invalid:
      break;
  }
  return "?";
}

const char* name_of(Scope scope) {
  switch (scope) {
    case Scope::item:
      return "item";
    case Scope::job:
      return "job";
    case Scope::pipeline:
      return "pipeline";
    case Scope::invalid:
      break;
  }
  return "?";
}

const char* name_of(config::Order order) {
  switch (order) {
    case config::Order::job:
      return "job";
    case config::Order::none:
      return "none";
    case config::Order::global:
      return "global";
    case config::Order::invalid:
      break;
  }
  return "?";
}

const char* name_of(config::OnError on_error) {
  switch (on_error) {
    case config::OnError::fail:
      return "fail";
    case config::OnError::drop:
      return "drop";
    case config::OnError::dead_letter:
      return "dead_letter";
    case config::OnError::invalid:
      break;
  }
  return "?";
}

const char* name_of(config::OnFull on_full) {
  switch (on_full) {
    case config::OnFull::block:
      return "block";
    case config::OnFull::drop_oldest:
      return "drop_oldest";
    case config::OnFull::drop_newest:
      return "drop_newest";
    case config::OnFull::invalid:
      break;
  }
  return "?";
}

std::string written_bytes(std::uint64_t n_bytes) {
  static constexpr Unit kUnits[] = {{"TiB", std::uint64_t{1} << 40U},
                                    {"GiB", std::uint64_t{1} << 30U},
                                    {"MiB", std::uint64_t{1} << 20U},
                                    {"KiB", std::uint64_t{1} << 10U},
                                    {"B", 1}};
  return in_largest_unit(n_bytes, kUnits);
}

std::string written_duration(std::chrono::nanoseconds duration) {
  static constexpr Unit kUnits[] = {
      {"h", 3'600'000'000'000}, {"min", 60'000'000'000}, {"s", 1'000'000'000},
      {"ms", 1'000'000},        {"us", 1'000},           {"ns", 1}};
  return in_largest_unit(static_cast<std::uint64_t>(duration.count()), kUnits);
}

std::string written_number(double number) {
  char text[64];
  std::snprintf(text, sizeof(text), "%g", number);
  return text;
}

}  // namespace capstan::cli
