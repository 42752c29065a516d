#include "config/engine_keys.hpp"

#include <gmock/gmock.h>

#include "config/form_rig.hpp"

namespace capstan::config {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class EngineKeys : public testing::Test, protected FormRig {
 protected:
  /// Faults of a pipeline with these keys, which stand in line 3.
  std::vector<std::string> pipeline_faults(const std::string& keys) {
    return faults_of("pipelines:\n  p:\n    {" + keys + ", stages: [use: x]}\n");
  }
};

TEST_F(EngineKeys, WhatIsLeftOutIsNotGiven) {
  const StageConfig stage = this->stage("use: x");
  EXPECT_FALSE(stage.limit.max_failures);
  EXPECT_FALSE(stage.limit.max_failure_rate);
  EXPECT_FALSE(stage.on_full);
  EXPECT_FALSE(stage.epoch);
  const PipelineConfig pipeline = read("pipelines: {p: {stages: [use: x]}}").pipelines.at(0);
  EXPECT_FALSE(pipeline.limit.max_failures);
  EXPECT_EQ(pipeline.weight, 1U);
}

TEST_F(EngineKeys, WeightIsFromOneToAThousand) {
  const std::string expected = ": expected a whole number from 1 to 1000";
  EXPECT_THAT(pipeline_faults("weight: 0"), ElementsAre("c.yaml:3:14: 'weight' is '0'" + expected));
  faults_ = {};
  EXPECT_THAT(pipeline_faults("weight: 1001"), ElementsAre(HasSubstr("'1001'" + expected)));
  faults_ = {};
  EXPECT_THAT(pipeline_faults("weight: 1000"), IsEmpty());
}

TEST_F(EngineKeys, NoFailureMayBeBorne) {
  EXPECT_THAT(pipeline_faults("max_failures: 0"), IsEmpty());
  EXPECT_EQ(stage("use: x, max_failures: 0").limit.max_failures->value, 0U);
  EXPECT_THAT(lines_of(faults_), IsEmpty());
}

TEST_F(EngineKeys, ARateIsAboveZeroAndAtMostOne) {
  for (const char* good : {"1", "0.05", "1e-3"}) {
    EXPECT_THAT(pipeline_faults(std::string("max_failure_rate: ") + good), IsEmpty()) << good;
  }
  for (const char* bad : {"0", "1.01", "-0.1", "5%", "nan", "many"}) {
    faults_ = {};
    EXPECT_THAT(stage_faults(std::string("use: x, max_failure_rate: ") + bad),
                ElementsAre(std::string("c.yaml:3:28: 'max_failure_rate' is '") + bad +
                            "': expected a number above 0 and at most 1, such as 0.05"));
  }
}

TEST_F(EngineKeys, AFailedItemMayMakeItsJobADeadLetter) {
  EXPECT_EQ(stage("use: x, on_error: dead_letter").on_error->value, OnError::dead_letter);
}

TEST_F(EngineKeys, AFullSourceBlocksOrDrops) {
  EXPECT_EQ(stage("use: x, on_full: drop_newest").on_full->value, OnFull::drop_newest);
  EXPECT_THAT(stage_faults("use: x, on_full: drop"),
              ElementsAre("c.yaml:3:19: 'on_full' is 'drop': expected one of block, drop_oldest, "
                          "drop_newest"));
}

TEST_F(EngineKeys, AnEpochHasAtLeastOneBound) {
  EXPECT_EQ(stage("use: x, epoch: {bytes: 1GiB}").epoch->value.n_bytes, 1U << 30U);
  EXPECT_THAT(stage_faults("use: x, epoch: {}"),
              ElementsAre("c.yaml:3:17: 'epoch' is an empty map: expected at least one of items, "
                          "bytes and time"));
}

TEST_F(EngineKeys, AnEpochIsAMapAndItsBoundsAreAboveZero) {
  EXPECT_THAT(stage_faults("use: x, epoch: 10s"),
              ElementsAre("c.yaml:3:17: 'epoch' is '10s': expected a map with items, bytes or "
                          "time, as in '{time: 10s}'"));
  faults_ = {};
  EXPECT_THAT(stage_faults("use: x, epoch: {items: 0, bytes: 0, time: 0, keyframes: 1}"),
              ElementsAre(HasSubstr("c.yaml:3:25: 'items' is '0': expected a whole number from 1"),
                          HasSubstr("c.yaml:3:35: 'bytes' is '0': expected a size"),
                          "c.yaml:3:44: 'time' is '0': expected a duration above 0",
                          HasSubstr("c.yaml:3:47: unknown key 'keyframes' in 'epoch'")));
}

}  // namespace capstan::config
