#include "loop/event_loop.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <functional>
#include <system_error>
#include <thread>

namespace capstan {
namespace {

using namespace std::chrono_literals;

/// Calls a function when woken.
struct Call final : Wake {
  explicit Call(std::function<void()> what) : function(std::move(what)) {}
  void wake(unsigned) noexcept override { function(); }
  std::function<void()> function;
};

TEST(EventLoop, TimersFireInTheOrderOfTheirDelays) {
  EventLoop loop;
  std::string order;
  Call late([&] { order += "late"; });
  Call early([&] { order += "early "; });
  Call last([&] { loop.quit(); });
  Loop::Watch* watches[] = {loop.add_timer(2ms, late), loop.add_timer(0ms, early),
                            loop.add_timer(4ms, last)};
  loop.run();
  EXPECT_EQ(order, "early late");
  for (Loop::Watch* watch : watches) loop.remove(watch);
}

TEST(EventLoop, PostFromAnotherThreadRunsOnTheLoop) {
  EventLoop loop;
  auto role = ThreadRole::none;
  Call call([&] {
    role = current_thread_role;
    loop.quit();
  });
  std::thread other([&] { loop.post(call); });
  loop.run();
  other.join();
  EXPECT_EQ(role, ThreadRole::loop);
}

TEST(EventLoop, PostFromTheLoopRunsAfterTheCallThatMadeIt) {
  EventLoop loop;
  std::string order;
  Call second([&] {
    order += "second";
    loop.quit();
  });
  Call first([&] {
    loop.post(second);
    order += "first ";
  });
  loop.post(first);
  loop.run();
  EXPECT_EQ(order, "first second");
}

TEST(EventLoop, ATargetThatWaitsForItsCallIsCalledOnceAndInItsTurn) {
  EventLoop loop;
  std::string order;
  Call first([&] { order += "first "; });
  Call second([&] { order += "second "; });
  Call last([&] {
    order += "last";
    loop.quit();
  });
  std::thread other([&] {
    for (Call* call : {&first, &second, &first, &last, &last}) loop.post(*call);
  });
  other.join();
  loop.run();
  EXPECT_EQ(order, "first second last");
}

TEST(EventLoop, PostsThatPostAgainKeepNoTimerWaiting) {
  EventLoop loop;
  bool has_fired = false;
  Call again([&] {
    if (!has_fired) loop.post(again);
  });
  Call timer([&] {
    has_fired = true;
    loop.quit();
  });
  loop.post(again);
  Loop::Watch* watch = loop.add_timer(0ms, timer);
  loop.run();
  EXPECT_TRUE(has_fired);
  loop.remove(watch);
}

TEST(EventLoop, WatchMayBeRemovedInItsOwnCall) {
  EventLoop loop;
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ASSERT_EQ(::write(ends[1], "x", 1), 1);
  Loop::Watch* watch = nullptr;
  int n_calls = 0;
  Call stop([&] { loop.quit(); });
  Call readable([&] {
    ++n_calls;
    loop.remove(watch);
    loop.post(stop);  // with the watch still there it would be called again first
  });
  watch = loop.add_fd(ends[0], Loop::kRead, readable);
  loop.run();
  EXPECT_EQ(n_calls, 1);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(EventLoop, DescriptorThatCannotBeWatchedIsAnError) {
  EventLoop loop;
  Call never([] {});
  EXPECT_THROW(loop.add_fd(1'000'000, Loop::kRead, never), std::system_error);
}

TEST(EventLoop, SignalWakesItsTarget) {
  EventLoop loop;
  Call stop([&] { loop.quit(); });
  Loop::Watch* watch = loop.add_signal(SIGUSR1, stop);
  ::kill(::getpid(), SIGUSR1);
  loop.run();
  loop.remove(watch);
}

}  // namespace
}  // namespace capstan
