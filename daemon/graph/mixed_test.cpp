#include "graph/mixed.hpp"

#include <gmock/gmock.h>

#include "graph/build_rig.hpp"

namespace capstan::graph {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Mixed : public testing::Test, protected BuildRig {};

TEST_F(Mixed, AStageOfJobScopeCannotTakeItemsOfSeveralJobs) {
  EXPECT_THAT(faults_of("{use: files},\n{use: decode},\n{use: batch},\n{use: mux}"),
              ElementsAre("c.yaml:6:7: 'mux' works job by job, but an item behind 'batch' may "
                          "belong to several jobs: put a stage between that separates them, as "
                          "'unbatch' does"));
}

TEST_F(Mixed, ItemsStayMixedWhateverStandsBetween) {
  EXPECT_THAT(faults_of("{use: files}, {use: batch}, {use: decode}, {use: batch, id: second},\n"
                        "{use: route, with: {to: [a, b]}},\n"
                        "{use: mux, from: [route.a, decode]}, {use: unbatch, from: route.b}"),
              ElementsAre(HasSubstr("nothing takes what 'mux' gives"),
                          HasSubstr("c.yaml:5:28: 'mux' works job by job, but an item behind "
                                    "'batch' may belong")));
}

TEST_F(Mixed, UnbatchSeparatesThem) {
  EXPECT_THAT(faults_of("{use: files}, {use: decode}, {use: batch}, {use: unbatch}, {use: mux}"),
              IsEmpty());
}

TEST_F(Mixed, EveryWayIntoAStageCounts) {
  EXPECT_THAT(faults_of("{use: files}, {use: decode}, {use: batch}, {use: unbatch},\n"
                        "{use: mux, from: [unbatch, batch]}"),
              ElementsAre(HasSubstr("c.yaml:4:28: 'mux' works job by job")));
}

TEST_F(Mixed, OptionsDecideWhetherAStageMixes) {
  EXPECT_THAT(faults_of("{use: files}, {use: decode}, {use: group}, {use: mux}"), IsEmpty());
  EXPECT_THAT(faults_of("{use: files}, {use: decode}, {use: group, with: {mix: true}}, {use: mux}"),
              ElementsAre(HasSubstr("an item behind 'group' may belong to several jobs")));
}

TEST_F(Mixed, OptionsDecideWhetherAStageMayTakeThem) {
  EXPECT_THAT(faults_of("{use: files}, {use: batch}, {use: group}"),
              ElementsAre(HasSubstr("'group' works job by job")));
  faults_ = {};
  EXPECT_THAT(faults_of("{use: files}, {use: batch}, {use: group, with: {mix: true}}"), IsEmpty());
}

TEST_F(Mixed, ASourceMixesNothing) {
  EXPECT_THAT(faults_of("{use: files}, {use: decode}, {use: mux}"), IsEmpty());
}

TEST_F(Mixed, WhatStandsBehindARefusedStageIsNotRefusedToo) {
  EXPECT_THAT(faults_of("{use: files}, {use: batch}, {use: group}, {use: group, id: next}"),
              ElementsAre(HasSubstr("'group' works job by job")));
}

}  // namespace capstan::graph
