// The fixture of the engine's tests: many schedules of the workers, and nothing left behind.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/engine_rig.hpp"
#include "engine/test_stages.hpp"

namespace capstan::engine {

using Texts = std::vector<std::string>;

inline Texts numbered(const std::string& prefix, int n) {
  Texts texts;
  for (int i = 0; i < n; ++i) texts.push_back(prefix + std::to_string(i));
  return texts;
}

/// The parameter seeds the order in which workers take tasks; 0: by rank.
class SeededTest : public ::testing::TestWithParam<unsigned> {
 protected:
  void SetUp() override { reset(); }
  void TearDown() override {
    EXPECT_EQ(seen.n_instances, 0) << "an instance leaked";
    EXPECT_EQ(seen.n_inside, 0) << "a coroutine leaked";
    EXPECT_EQ(seen.n_wrong_thread, 0);
    seen.during_call = nullptr;
  }
  static void reset() {
    seen.n_entered = seen.max_inside = seen.n_finished = seen.n_wrong_thread = 0;
    seen.fail_first = 0;
    seen.n_tries.clear();
    seen.calls.clear();
    seen.feed.clear();
    seen.during_call = nullptr;
  }
};

}  // namespace capstan::engine
