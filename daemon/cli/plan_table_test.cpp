#include "cli/plan_table.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "cli/names.hpp"
#include "config/fault_lines.hpp"
#include "graph/build.hpp"
#include "graph/fake_catalog.hpp"

namespace capstan::cli {

using namespace std::chrono_literals;

class PlanTable : public testing::Test {
 protected:
  std::string table(const std::string& pipelines) {
    const auto configuration =
        config::parse("daemon: {workers: 2}\npipelines:\n" + pipelines, "c.yaml", {}, faults_);
    std::ostringstream out;
    print_plans(graph::build_all(configuration, graph::FakeCatalog(), faults_), out);
    for (const std::string& line : config::lines_of(faults_)) out << line << '\n';
    return out.str();
  }
  config::Faults faults_;
};

TEST_F(PlanTable, ShowsEveryDefaultAndWhatRunsBackToBack) {
  EXPECT_EQ(table("  thumbs: {stages: [{use: files}, {use: fetch}, {use: decode, id: frames},\n"
                  "    {use: encode, with: {format: png}}, {use: write, with: {path: x}}]}"),
            R"(thumbs  (weight 1)
  STAGE   TYPE    RUNS   SCOPE   AT ONCE  QUEUE      ORDER  FROM    POLICY
  files   files   sync   source  1        -          -      -
  fetch   fetch   async  item    16       16, 64MiB  job    files
  frames  decode  sync   item    2        4, 64MiB   job    fetch
  encode  encode  sync   item    2        4, 64MiB   job    frames
  write   write   sync   item    2        4, 64MiB   job    encode
  back to back on one worker: frames > encode > write
)");
}

TEST_F(PlanTable, ShowsPoliciesPathsAndLimits) {
  EXPECT_EQ(table(R"(
  routed:
    weight: 5
    max_failures: 0
    max_failure_rate: 0.05
    stages:
      - {use: files, on_full: drop_oldest, epoch: {items: 100, bytes: 1536KiB, time: 90s}}
      - {use: route, with: {to: [a, "b\n"]}}
      - {use: decode, from: route.a, on_error: drop, max_failures: 3, queue: {items: 1, bytes: 1000}}
      - {use: decode, id: other, from: ["route.b\n"], timeout: 1500ms, retry: 2, order: none}
      - {use: group, from: [decode, other], with: {mix: true}, on_error: dead_letter}
)"),
            R"(routed  (weight 5, max_failures 0, max_failure_rate 0.05)
  STAGE   TYPE    RUNS  SCOPE     AT ONCE  QUEUE     ORDER  FROM           POLICY
  files   files   sync  source    1        -         -      -              on_full drop_oldest, epoch 100 items or 1536KiB or 90s
  route   route   sync  item      2        4, 64MiB  job    files
  decode  decode  sync  item      2        1, 1000B  job    route.a        on_error drop, max_failures 3
  other   decode  sync  item      2        4, 64MiB  none   route.'b\n'    timeout 1500ms, retry 2 from 100ms
  group   group   sync  pipeline  1        2, 64MiB  job    decode, other  on_error dead_letter
  back to back on one worker: none
)");
}

TEST_F(PlanTable, APipelineWithoutASourceTakesWhatIsSubmitted) {
  EXPECT_EQ(table("  a: {stages: [use: decode]}\n  b: {stages: [use: fetch]}\n"), R"(a  (weight 1)
  STAGE   TYPE    RUNS  SCOPE  AT ONCE  QUEUE     ORDER  FROM         POLICY
  decode  decode  sync  item   2        4, 64MiB  job    (submitted)
  back to back on one worker: none

b  (weight 1)
  STAGE  TYPE   RUNS   SCOPE  AT ONCE  QUEUE      ORDER  FROM         POLICY
  fetch  fetch  async  item   16       16, 64MiB  job    (submitted)
  back to back on one worker: none
)");
}

TEST(Written, ValuesStandInTheLargestWholeUnit) {
  EXPECT_EQ(written_bytes(0), "0B");
  EXPECT_EQ(written_bytes(1023), "1023B");
  EXPECT_EQ(written_bytes(64U << 20U), "64MiB");
  EXPECT_EQ(written_duration(0s), "0ns");
  EXPECT_EQ(written_duration(90s), "90s");
  EXPECT_EQ(written_duration(2h), "2h");
  EXPECT_EQ(written_duration(1500us), "1500us");
  EXPECT_EQ(written_number(0.05), "0.05");
}

}  // namespace capstan::cli
