#include "loop/event_loop.hpp"

#include <event2/event.h>
#include <sys/eventfd.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <system_error>
#include <utility>

namespace capstan {

namespace {

/// What a Loop::Watch of this loop is. A type of its own: the harness defines Loop::Watch for its
/// loop, and one name must not have two definitions in a program that links both.
struct EventWatch {
  explicit EventWatch(Wake& wake_target) : target(wake_target) {}
  Wake& target;
  EventPtr event;
};

timeval to_timeval(std::chrono::nanoseconds delay) {
  // Rounded up: a timer must not fire early.
  const auto us =
      std::chrono::ceil<std::chrono::microseconds>(std::max(delay, std::chrono::nanoseconds(0)));
  return {static_cast<time_t>(us.count() / 1'000'000),
          static_cast<suseconds_t>(us.count() % 1'000'000)};
}

EventBasePtr make_base() {
  // libevent writes to stderr by itself; what it has to say comes as an exception of ours instead.
  event_set_log_callback([](int, const char*) {});
  event_config* config = event_config_new();
  if (!config) throw std::bad_alloc();
  // Timers are good to a millisecond: EVENT_BASE_FLAG_PRECISE_TIMER would cost a system call in
  // each iteration. With cached time a timer added in a long callback would fire early by that
  // callback's length.
  event_config_set_flag(config, EVENT_BASE_FLAG_NO_CACHE_TIME);
  // Callbacks that make each other active must not keep timers and descriptors waiting.
  event_config_set_max_dispatch_interval(config, nullptr, 8, 0);
  EventBasePtr base(event_base_new_with_config(config));
  event_config_free(config);
  if (!base) throw std::runtime_error("loop: cannot create the event base");
  return base;
}

}  // namespace

void EventFree::operator()(event* e) const noexcept { event_free(e); }
void EventBaseFree::operator()(event_base* base) const noexcept { event_base_free(base); }

EventLoop::EventLoop() : base_(make_base()) {
  wake_fd_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake_fd_ < 0) throw std::system_error(errno, std::generic_category(), "loop: eventfd");
  // Edge-triggered: each write is seen once, and the counter need not be read.
  wake_event_.reset(
      event_new(base_.get(), wake_fd_, EV_READ | EV_PERSIST | EV_ET, on_posted, this));
  deferred_event_.reset(event_new(base_.get(), -1, 0, on_posted, this));
  if (!wake_event_ || !deferred_event_ || event_add(wake_event_.get(), nullptr) != 0) {
    throw std::runtime_error("loop: cannot watch the wake-up descriptor");
  }
}

EventLoop::~EventLoop() {
  wake_event_.reset();
  deferred_event_.reset();
  ::close(wake_fd_);
}

Loop::Watch* EventLoop::add(int fd, short events, const std::chrono::nanoseconds* delay,
                            Wake& target) {
  auto watch = std::make_unique<EventWatch>(target);
  watch->event.reset(event_new(base_.get(), fd, events, on_event, watch.get()));
  if (!watch->event) throw std::bad_alloc();
  timeval timeout{};
  if (delay) timeout = to_timeval(*delay);
  errno = 0;
  if (event_add(watch->event.get(), delay ? &timeout : nullptr) != 0) {
    if (errno == ENOMEM) throw std::bad_alloc();
    throw std::system_error(errno ? errno : EINVAL, std::generic_category(),
                            "loop: cannot watch descriptor " + std::to_string(fd));
  }
  return reinterpret_cast<Watch*>(watch.release());
}

Loop::Watch* EventLoop::add_timer(std::chrono::nanoseconds delay, Wake& target) {
  return add(-1, EV_TIMEOUT, &delay, target);
}

Loop::Watch* EventLoop::add_fd(int fd, unsigned interest, Wake& target) {
  const short events = static_cast<short>(((interest & kRead) ? EV_READ : 0) |
                                          ((interest & kWrite) ? EV_WRITE : 0) | EV_PERSIST);
  return add(fd, events, nullptr, target);
}

Loop::Watch* EventLoop::add_signal(int signal_number, Wake& target) {
  return add(signal_number, EV_SIGNAL | EV_PERSIST, nullptr, target);
}

void EventLoop::remove(Watch* watch) noexcept { delete reinterpret_cast<EventWatch*>(watch); }

void EventLoop::on_event(int, short events, void* opaque) noexcept {
  auto* watch = static_cast<EventWatch*>(opaque);
  unsigned seen = 0;
  if (events & EV_READ) seen |= kRead;
  if (events & EV_WRITE) seen |= kWrite;
  if (events & (EV_TIMEOUT | EV_SIGNAL)) seen |= kTimer;
  watch->target.wake(seen);  // may remove the watch
}

void EventLoop::post(Wake& target) noexcept {
  {
    MutexLock lock(mutex_);
    const bool is_first = posted_.size() == 0;
    posted_.push(target);
    if (!is_first) return;
  }
  if (current_thread_role == ThreadRole::loop) {
    event_active(deferred_event_.get(), 0, 0);
    return;
  }
  const std::uint64_t one = 1;
  // Cannot fail: the counter is far from its limit, and the descriptor outlives all callers.
  [[maybe_unused]] const ssize_t n = ::write(wake_fd_, &one, sizeof(one));
}

void EventLoop::on_posted(int, short, void* self) noexcept {
  static_cast<EventLoop*>(self)->run_posted();
}

void EventLoop::run_posted() noexcept {
  loop_home.check();
  // What is posted meanwhile comes after what else the loop has to do.
  for (std::size_t n_left = n_posted(); n_left > 0; --n_left) take_posted().wake(0);
  if (n_posted() > 0) event_active(deferred_event_.get(), 0, 0);
}

std::size_t EventLoop::n_posted() {
  MutexLock lock(mutex_);
  return posted_.size();
}

Wake& EventLoop::take_posted() {
  MutexLock lock(mutex_);
  return posted_.pop();
}

void EventLoop::run() {
  const RoleScope role(ThreadRole::loop);
  event_base_loop(base_.get(), EVLOOP_NO_EXIT_ON_EMPTY);
}

void EventLoop::quit() noexcept { event_base_loopbreak(base_.get()); }

}  // namespace capstan
