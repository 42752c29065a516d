// SIGUSR1: what is it doing?
#include <gtest/gtest.h>
#include <signal.h>

#include "stuck.hpp"

namespace e2e {
namespace {

void expect_state(Program& program, const StuckPipeline& pipeline) {
  ASSERT_TRUE(pipeline.wait_until_entered({"a1", "stuck0"})) << program.output();
  // The loop has seen that a1 went through once its job is over, which the state itself tells.
  const auto is_told = [&] {
    program.send(SIGUSR1);
    return program.output().find("jobs=1 waiting=0") != std::string::npos;
  };
  ASSERT_TRUE(wait_until(is_told)) << program.output();
  const std::string told = program.output();
  for (const char* words :
       {"state: memory: used=", " budget=1073741824 overdrafts=0",
        "state: pipeline p: running jobs=1 waiting=0",
        "state: pipeline p: segments: stuck > second", "state: stage p/files: in=0 out=2 ",
        "state: stage p/stuck: in=2 out=1 failed=0 dropped=0 retried=0 inside=1 queued=0 "
        "passed_on=",
        "state: stage p/second: in=1 out=1 "}) {
    EXPECT_NE(told.find(words), std::string::npos) << words << '\n' << told;
  }
  EXPECT_TRUE(program.is_running());
}

TEST(State, ASignalMakesARunTellWhatItIsDoing) {
  const StuckPipeline pipeline({"a1", "stuck0"}, 2, ", concurrency: 2");
  Program program({capstan(), "run", pipeline.config()});
  expect_state(program, pipeline);
  // A drain is seen, too.
  program.send(SIGINT);
  EXPECT_TRUE(wait_until([&] {
    program.send(SIGUSR1);
    return program.output().find("pipeline p: draining jobs=1") != std::string::npos;
  })) << program.output();
}

TEST(State, ASignalMakesTheDaemonTellWhatItIsDoing) {
  const StuckPipeline pipeline({"a1", "stuck0"}, 2, ", concurrency: 2");
  Program program({capstand(), "--config", pipeline.config()});
  expect_state(program, pipeline);
}

}  // namespace
}  // namespace e2e
