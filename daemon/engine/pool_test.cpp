// The workers. Threads wait for each other here, never for time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <latch>
#include <thread>

#include "engine/pool.hpp"
#include "loop/event_loop.hpp"

namespace capstan::engine {
namespace {

using ::testing::HasSubstr;
using namespace std::string_literals;

/// Runs a function on a worker, and optionally another task after it on the same one.
struct Task final : WorkerTask {
  explicit Task(std::function<void()> function, WorkerTask* after = nullptr)
      : body(std::move(function)), following(after) {}
  WorkerTask* run() noexcept override {
    role = current_thread_role;
    thread = std::this_thread::get_id();
    body();
    return following;
  }
  void done() noexcept override {}
  std::function<void()> body;
  WorkerTask* following;
  std::thread::id thread;
  ThreadRole role = ThreadRole::none;
};

class PoolTest : public ::testing::Test, public Wake {
 protected:
  void submit(Pool& pool, std::initializer_list<WorkerTask*> tasks) {
    loop_home.check();
    std::vector<WorkerTask*> batch(tasks);
    pool.submit(batch);
    EXPECT_TRUE(batch.empty());
  }
  /// Runs the loop until so many tasks are back.
  void collect(Pool& pool, std::size_t n) {
    loop_home.check();
    pool_ = &pool;
    n_wanted_ = n;
    wake(0);
    if (finished.size() < n) loop.run();
  }
  void wake(unsigned) noexcept override {
    loop_home.check();
    if (pool_) pool_->collect(finished);
    if (finished.size() >= n_wanted_) loop.quit();
  }

  RoleScope role_{ThreadRole::loop};
  EventLoop loop;
  std::vector<WorkerTask*> finished;

 private:
  Pool* pool_ = nullptr;
  std::size_t n_wanted_ = 0;
};

TEST_F(PoolTest, RunsTasksOnItsWorkersAndAnnouncesThemToTheLoop) {
  Pool pool(2);
  pool.announce_to(loop, *this);
  Task a([] {}), b([] {}), c([] {});
  submit(pool, {&a, &b, &c});
  collect(pool, 3);
  for (const Task* task : {&a, &b, &c}) {
    EXPECT_EQ(task->role, ThreadRole::worker);
    EXPECT_NE(task->thread, std::this_thread::get_id());
    EXPECT_NE(task->started_at.load(), 0);
  }
}

TEST_F(PoolTest, SpareWorkersAreThoseThatNoTaskHasOrWillTake) {
  loop_home.check();
  Pool pool(2);
  pool.announce_to(loop, *this);
  while (pool.n_spare_workers() < 2) std::this_thread::yield();  // until they have started
  std::latch may_end(1);
  Task a([&] { may_end.wait(); }), b([&] { may_end.wait(); });
  submit(pool, {&a});
  EXPECT_EQ(pool.n_spare_workers(), 1U);
  submit(pool, {&b});
  EXPECT_EQ(pool.n_spare_workers(), 0U);
  may_end.count_down();
  collect(pool, 2);
}

TEST_F(PoolTest, WhatFollowsATaskRunsOnTheSameWorkerAndFinishesAfterIt) {
  Pool pool(2);
  pool.announce_to(loop, *this);
  Task second([] {});
  Task first([] {}, &second);
  submit(pool, {&first});
  collect(pool, 2);
  EXPECT_EQ(first.thread, second.thread);
  EXPECT_THAT(finished, ::testing::ElementsAre(&first, &second));
}

TEST_F(PoolTest, TaskIsHandedBackBeforeThatWhichFollowsItHasEnded) {
  Pool pool(1);
  pool.announce_to(loop, *this);
  std::latch may_end(1);
  Task second([&] { may_end.wait(); });
  Task first([] {}, &second);
  submit(pool, {&first});
  collect(pool, 1);
  EXPECT_THAT(finished, ::testing::ElementsAre(&first));
  may_end.count_down();
  collect(pool, 2);
}

TEST_F(PoolTest, SubstituteWorksWhileAWorkerIsStuckAndThenOneOfThemGoes) {
  loop_home.check();
  Pool pool(1);
  pool.announce_to(loop, *this);
  std::latch may_end(1);
  Task stuck([&] { may_end.wait(); });
  Task next([] {});
  submit(pool, {&stuck});
  EXPECT_TRUE(pool.begin_substitute());
  submit(pool, {&next});
  collect(pool, 1);
  EXPECT_THAT(finished, ::testing::ElementsAre(&next));
  may_end.count_down();
  collect(pool, 2);
  pool.end_substitute();
  // With one worker left, two tasks that wait for each other would not end; one after the other
  // they do.
  Task a([] {}), b([] {});
  submit(pool, {&a, &b});
  collect(pool, 4);
}

TEST_F(PoolTest, ThereAreAsManySubstitutesAsWorkersAndTheyCanBeLentAgain) {
  loop_home.check();
  Pool pool(2);
  pool.announce_to(loop, *this);
  EXPECT_TRUE(pool.begin_substitute());
  EXPECT_TRUE(pool.begin_substitute());
  EXPECT_FALSE(pool.begin_substitute());
  pool.end_substitute();
  EXPECT_TRUE(pool.begin_substitute());
  EXPECT_FALSE(pool.begin_substitute());
}

TEST_F(PoolTest, ThreadsThatWentMakePlaceForThoseThatCome) {
  loop_home.check();
  Pool pool(1);
  pool.announce_to(loop, *this);
  char name[16] = {};
  for (std::size_t round = 1; round <= 50; ++round) {
    EXPECT_TRUE(pool.begin_substitute());
    pool.end_substitute();
    Task task([&] { pthread_getname_np(pthread_self(), name, sizeof(name)); });
    submit(pool, {&task});
    collect(pool, round);
    EXPECT_THAT(name, ::testing::AnyOf("worker-0"s, "worker-1"s));
  }
}

TEST_F(PoolTest, StopRunsWhatWasSubmittedAndIsIdempotent) {
  Task a([] {}), b([] {});
  Pool pool(1);
  pool.announce_to(loop, *this);
  submit(pool, {&a, &b});
  pool.stop();
  pool.stop();
  EXPECT_EQ(a.role, ThreadRole::worker);
  EXPECT_EQ(b.role, ThreadRole::worker);
}

// The limit holds for no other than a child process, and not for root: it becomes nobody.
TEST_F(PoolTest, ThreadsThatTheSystemDoesNotHaveAreAnErrorThatSaysHowManyThereAre) {
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    const rlimit none{0, 0};
    std::string said = "no limit here";
    if (setrlimit(RLIMIT_NPROC, &none) == 0 && setuid(65534) == 0) {
      try {
        Pool pool(3);
        said = "started";
      } catch (const std::system_error& failure) {
        said = failure.what();
      }
    }
    [[maybe_unused]] const auto n = write(pipe_ends[1], said.data(), said.size());
    _exit(0);
  }
  close(pipe_ends[1]);
  char said[200] = {};
  EXPECT_GT(read(pipe_ends[0], said, sizeof(said) - 1), 0);
  close(pipe_ends[0]);
  waitpid(child, nullptr, 0);
  if (geteuid() != 0) GTEST_SKIP() << "needs root to become a user without threads";
  EXPECT_THAT(said, HasSubstr("cannot start 3 workers, only 0"));
}

}  // namespace
}  // namespace capstan::engine
