#include "graph/engine_keys.hpp"

#include <gmock/gmock.h>

#include "graph/build_rig.hpp"

namespace capstan::graph {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

class PlanKeys : public testing::Test, protected BuildRig {};

TEST_F(PlanKeys, APlanHoldsWhatWasWritten) {
  const auto configuration = config::parse(R"(
pipelines:
  p:
    weight: 5
    max_failures: 0
    max_failure_rate: 0.25
    stages:
      - {use: files, on_full: drop_oldest, epoch: {items: 7, time: 2s}}
      - {use: decode, on_error: dead_letter, max_failures: 3, max_failure_rate: 1}
)",
                                           "c.yaml", {}, faults_);
  const auto pipeline = build(configuration.pipelines.at(0), catalog_, kWorkers, faults_);
  EXPECT_THAT(config::lines_of(faults_), IsEmpty());
  ASSERT_TRUE(pipeline);
  EXPECT_EQ(pipeline->weight, 5U);
  EXPECT_EQ(pipeline->limit.max_failures, 0U);
  EXPECT_EQ(pipeline->limit.max_rate, 0.25);
  const Stage& source = pipeline->stages[0];
  EXPECT_EQ(source.on_full, OnFull::drop_oldest);
  EXPECT_EQ(source.epoch.n_items, 7U);
  EXPECT_EQ(source.epoch.n_bytes, 0U);
  EXPECT_EQ(source.epoch.duration, 2s);
  EXPECT_FALSE(source.limit.is_set());
  const Stage& stage = pipeline->stages[1];
  EXPECT_EQ(stage.on_error, OnError::dead_letter);
  EXPECT_EQ(stage.limit.max_failures, 3U);
  EXPECT_EQ(stage.limit.max_rate, 1);
}

TEST_F(PlanKeys, WhatWasNotWrittenHasNoLimitAndWeightOne) {
  const auto pipeline = plan("{use: files}, {use: decode}");
  ASSERT_TRUE(pipeline);
  EXPECT_EQ(pipeline->weight, 1U);
  EXPECT_FALSE(pipeline->limit.is_set());
  EXPECT_FALSE(pipeline->stages[1].limit.is_set());
  EXPECT_EQ(pipeline->stages[0].on_full, OnFull::block);
  EXPECT_FALSE(pipeline->stages[0].epoch.is_set());
}

TEST_F(PlanKeys, OnlySourcesAreFullOrCutIntoEpochs) {
  EXPECT_THAT(faults_of("{use: files},\n{use: decode, on_full: block, epoch: {items: 1}}"),
              ElementsAre("c.yaml:4:24: 'decode' is no source: leave 'on_full' out",
                          "c.yaml:4:38: 'decode' is no source: leave 'epoch' out"));
}

TEST_F(PlanKeys, ASourceHasNoItemsThatCouldFail) {
  EXPECT_THAT(faults_of("{use: files, max_failures: 1, max_failure_rate: 0.5}, {use: decode}"),
              ElementsAre("c.yaml:3:28: 'files' is a source, which has no items of its own: leave "
                          "'max_failures' out",
                          HasSubstr("leave 'max_failure_rate' out")));
}

TEST_F(PlanKeys, ScopeFollowsFromOptions) {
  const auto pipeline =
      plan("{use: files}, {use: group}, {use: group, id: mixed, with: {mix: true}}");
  ASSERT_TRUE(pipeline);
  EXPECT_EQ(pipeline->stages[1].scope, Scope::job);
  EXPECT_EQ(pipeline->stages[1].concurrency, kWorkers);
  EXPECT_EQ(pipeline->stages[2].scope, Scope::pipeline);
  EXPECT_EQ(pipeline->stages[2].concurrency, 1U);
}

TEST_F(PlanKeys, KeysAreCheckedAgainstTheScopeThatOptionsGive) {
  EXPECT_THAT(faults_of("{use: files},\n{use: group, concurrency: 2},\n"
                        "{use: group, id: mixed, concurrency: 2, retry: 1, with: {mix: true}}"),
              ElementsAre(HasSubstr("c.yaml:5:38: 'mixed' sees every item of the pipeline"),
                          HasSubstr("c.yaml:5:48: 'mixed' keeps state")));
}

TEST_F(PlanKeys, AScopeThatIsNotKnownIsNotHeldAgainstAKey) {
  EXPECT_THAT(faults_of("{use: files},\n{use: group, concurrency: 2, retry: 1, with: {mix: 7}}"),
              ElementsAre(HasSubstr("c.yaml:4:52: group: 'mix' is '7': expected true or false")));
}

}  // namespace capstan::graph
