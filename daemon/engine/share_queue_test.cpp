// Which task is next.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "engine/share_queue.hpp"

namespace capstan::engine {
namespace {

using ::testing::ElementsAre;
using namespace std::chrono_literals;

struct TestTask final : WorkerTask {
  TestTask(std::string task_name, unsigned of_share, unsigned at_rank,
           std::chrono::nanoseconds probably = 0ns)
      : name(std::move(task_name)) {
    share = of_share;
    rank = at_rank;
    expected = probably;
  }
  WorkerTask* run() noexcept override { return nullptr; }
  void done() noexcept override {}
  std::string name;
};

std::vector<std::string> pop_all(ShareQueue& queue) {
  std::vector<std::string> names;
  while (WorkerTask* task = queue.pop()) names.push_back(static_cast<TestTask*>(task)->name);
  return names;
}

/// Shares that always have a task waiting, and one worker that always takes the next.
class Contest {
 public:
  unsigned add(unsigned weight, std::chrono::nanoseconds takes, std::chrono::nanoseconds expected) {
    const unsigned share = queue_.add(weight);
    // A few at a time, as from a pipeline.
    for (int i = 0; i < 3; ++i) {
      tasks_.push_back(std::make_unique<TestTask>("", share, 0, expected));
      queue_.push(*tasks_.back());
    }
    takes_[share] = takes;
    return share;
  }
  void run(std::chrono::nanoseconds time) {
    while (time > 0ns) {
      WorkerTask* task = queue_.pop();
      const auto took = takes_[task->share];
      time -= took;
      spent[task->share] += took;
      queue_.settle(task->share, took, task->expected);
      queue_.push(*task);
    }
  }
  std::map<unsigned, std::chrono::nanoseconds> spent;
  ShareQueue& queue() { return queue_; }

 private:
  ShareQueue queue_;
  std::vector<std::unique_ptr<TestTask>> tasks_;
  std::map<unsigned, std::chrono::nanoseconds> takes_;
};

double ratio(std::chrono::nanoseconds a, std::chrono::nanoseconds b) {
  return static_cast<double>(a.count()) / static_cast<double>(b.count());
}

TEST(ShareQueue, DownstreamComesFirstAndFirstInFirstOutWithinARank) {
  ShareQueue queue;
  TestTask a("a", 0, 1), b("b", 0, 2), c("c", 0, 1), d("d", 0, 63), e("e", 0, 2);
  for (TestTask* task : {&a, &b, &c, &d, &e}) queue.push(*task);
  EXPECT_EQ(queue.size(), 5U);
  EXPECT_THAT(pop_all(queue), ElementsAre("d", "b", "e", "a", "c"));
  EXPECT_EQ(queue.size(), 0U);
}

TEST(ShareQueue, RanksBeyondTheLastAreTheLast) {
  ShareQueue queue;
  TestTask a("a", 0, 62), b("b", 0, 63), c("c", 0, 1000);
  for (TestTask* task : {&a, &b, &c}) queue.push(*task);
  EXPECT_THAT(pop_all(queue), ElementsAre("b", "c", "a"));
}

TEST(ShareQueue, WeightsGiveTimeInProportionWhateverTheTasksTake) {
  for (const auto& [first, second] :
       {std::pair(1ms, 1ms), std::pair(10ms, 1ms), std::pair(1ms, 10ms)}) {
    for (const bool is_expected : {true, false}) {
      Contest contest;
      const unsigned one = contest.add(1, first, is_expected ? first : 0ms);
      const unsigned three = contest.add(3, second, is_expected ? second : 0ms);
      contest.run(10s);
      EXPECT_NEAR(ratio(contest.spent[three], contest.spent[one]), 3.0, 0.05);
    }
  }
}

TEST(ShareQueue, LongTasksDoNotStarveShortOnes) {
  Contest contest;
  const unsigned long_ones = contest.add(1, 100ms, 100ms);
  const unsigned short_ones = contest.add(1, 1ms, 1ms);
  contest.run(10s);
  EXPECT_NEAR(ratio(contest.spent[long_ones], contest.spent[short_ones]), 1.0, 0.05);
}

TEST(ShareQueue, TasksAreChargedWhenTakenSoThatOneShareDoesNotGetAllWorkers) {
  ShareQueue queue;
  const unsigned one = queue.add(1), other = queue.add(1);
  TestTask a("a", one, 0, 10ms), b("b", one, 0, 10ms), c("c", other, 0, 10ms),
      d("d", other, 0, 10ms);
  for (TestTask* task : {&a, &b, &c, &d}) queue.push(*task);
  // Four workers at once: nothing has ended when the next is taken.
  EXPECT_THAT(pop_all(queue), ElementsAre("a", "c", "b", "d"));
}

TEST(ShareQueue, IdleShareSavesNothingUp) {
  Contest contest;
  const unsigned busy = contest.add(1, 1ms, 1ms);
  contest.run(10s);
  const unsigned late = contest.add(1, 1ms, 1ms);
  contest.spent.clear();
  contest.run(100ms);
  EXPECT_NEAR(ratio(contest.spent[late], contest.spent[busy]), 1.0, 0.1);
}

TEST(ShareQueue, ShareThatIsAloneGetsEverything) {
  ShareQueue queue;
  queue.add(1);
  const unsigned share = queue.add(100);
  TestTask a("a", share, 0, 1h), b("b", share, 0, 1h);
  queue.push(a);
  queue.push(b);
  EXPECT_THAT(pop_all(queue), ElementsAre("a", "b"));
}

}  // namespace
}  // namespace capstan::engine
