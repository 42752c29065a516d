#include <poll.h>

#include <algorithm>

#include <capstan/sdk/harness.hpp>

CAPSTAN_BEGIN_NAMESPACE

class Loop::Watch {
 public:
  Wake* target = nullptr;
  int fd = -1;
  unsigned interest = 0;
  Clock::time_point deadline;
  bool is_armed = true;
};

ManualLoop::ManualLoop() = default;
ManualLoop::~ManualLoop() = default;

Loop::Watch* ManualLoop::add_timer(std::chrono::nanoseconds delay, Wake& target) {
  auto watch = std::make_unique<Watch>();
  watch->target = &target;
  watch->interest = kTimer;
  watch->deadline = now_ + std::max(delay, std::chrono::nanoseconds(0));
  watches_.push_back(std::move(watch));
  return watches_.back().get();
}

Loop::Watch* ManualLoop::add_fd(int fd, unsigned interest, Wake& target) {
  auto watch = std::make_unique<Watch>();
  watch->target = &target;
  watch->fd = fd;
  watch->interest = interest;
  watches_.push_back(std::move(watch));
  return watches_.back().get();
}

void ManualLoop::remove(Watch* watch) noexcept {
  std::erase_if(watches_, [&](const auto& held) { return held.get() == watch; });
}

void ManualLoop::post(Wake& target) noexcept { posted_.push(target); }

bool ManualLoop::run_posted() {
  if (posted_.size() == 0) return false;
  for (std::size_t n_left = posted_.size(); n_left > 0; --n_left) posted_.pop().wake(0);
  return true;
}

bool ManualLoop::poll_descriptors(int timeout_ms) {
  std::vector<pollfd> polled;
  std::vector<Watch*> owners;
  for (const auto& watch : watches_) {
    if (watch->fd < 0) continue;
    const short events = static_cast<short>(((watch->interest & kRead) ? POLLIN : 0) |
                                            ((watch->interest & kWrite) ? POLLOUT : 0));
    polled.push_back({watch->fd, events, 0});
    owners.push_back(watch.get());
  }
  if (polled.empty() || ::poll(polled.data(), polled.size(), timeout_ms) <= 0) return false;
  for (std::size_t i = 0; i < polled.size(); ++i) {
    if (!polled[i].revents) continue;
    // An earlier call of this round may have removed the watch.
    const bool is_alive = std::any_of(watches_.begin(), watches_.end(),
                                      [&](const auto& held) { return held.get() == owners[i]; });
    if (!is_alive) continue;
    unsigned events = 0;
    if (polled[i].revents & (POLLIN | POLLHUP | POLLERR)) events |= kRead;
    if (polled[i].revents & (POLLOUT | POLLERR)) events |= kWrite;
    owners[i]->target->wake(events & owners[i]->interest);
  }
  return true;
}

Loop::Watch* ManualLoop::next_timer() const {
  Watch* next = nullptr;
  for (const auto& watch : watches_) {
    if (watch->fd >= 0 || !watch->is_armed) continue;
    if (!next || watch->deadline < next->deadline) next = watch.get();
  }
  return next;
}

void ManualLoop::fire(Watch* timer) {
  now_ = std::max(now_, timer->deadline);
  timer->is_armed = false;
  timer->target->wake(kTimer);
}

void ManualLoop::run_until_idle() {
  while (run_posted() || poll_descriptors(0)) {
  }
}

void ManualLoop::advance(std::chrono::nanoseconds duration) {
  const Clock::time_point end = now_ + duration;
  run_until_idle();
  for (Watch* timer = next_timer(); timer && timer->deadline <= end; timer = next_timer()) {
    fire(timer);
    run_until_idle();
  }
  now_ = end;
}

bool ManualLoop::run_once() {
  if (run_posted() || poll_descriptors(0)) return true;
  const bool has_descriptors = std::any_of(watches_.begin(), watches_.end(),
                                           [](const auto& watch) { return watch->fd >= 0; });
  Watch* timer = next_timer();
  if (has_descriptors) {
    // Descriptors live in real time, so a timer beside them is waited for.
    int timeout_ms = -1;
    if (timer) {
      timeout_ms = static_cast<int>(
          std::chrono::ceil<std::chrono::milliseconds>(timer->deadline - now_).count());
    }
    if (poll_descriptors(timeout_ms)) return true;
  }
  if (!timer) return has_descriptors;
  fire(timer);
  return true;
}

CAPSTAN_END_NAMESPACE
