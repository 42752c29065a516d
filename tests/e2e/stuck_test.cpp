// A stage that ignores everything delays its own worker alone, and is named.
#include "stuck.hpp"

#include <gtest/gtest.h>
#include <signal.h>

namespace e2e {
namespace {

void interrupt_twice(Program& program) {
  program.send(SIGINT);
  EXPECT_TRUE(wait_until([&] {
    return program.output().find("interrupt again") != std::string::npos || !program.is_running();
  }));
  program.send(SIGINT);
}

void expect_named(const Result& result, const std::string& input) {
  EXPECT_EQ(result.exit_code, 1) << result.all();
  const auto lines = result.lines_with("does not end: left behind");
  ASSERT_EQ(lines.size(), 1U) << result.all();
  EXPECT_NE(lines[0].find("stage 'stuck' of pipeline 'p'"), std::string::npos) << lines[0];
  EXPECT_NE(lines[0].find(input), std::string::npos) << lines[0];
}

/// Both at once: each takes the time that a stop may take.
TEST(Stuck, AStageThatNeverReturnsDelaysItsWorkerAloneAndIsNamed) {
  const std::set<std::string> all = {"a1", "a2", "stuck0", "z1", "z2"};  // in this order
  const std::vector<std::string> inputs(all.begin(), all.end());
  const StuckPipeline two_workers(inputs, 2, ", concurrency: 2");
  // Nobody would be left to run the others, but for a worker that stands in for the stuck one.
  const StuckPipeline one_worker(inputs, 1, ", concurrency: 2, timeout: 100ms");
  Program with_two({capstan(), "run", two_workers.config()});
  Program with_one({capstan(), "run", one_worker.config()});
  EXPECT_TRUE(two_workers.wait_until_entered(all)) << with_two.output();
  EXPECT_TRUE(one_worker.wait_until_entered(all)) << with_one.output();
  interrupt_twice(with_two);
  interrupt_twice(with_one);
  expect_named(with_two.wait(), two_workers.input("stuck0"));
  expect_named(with_one.wait(), one_worker.input("stuck0"));
}

}  // namespace
}  // namespace e2e
