// The subject `asio`: Boost.Asio, an io_context as the loop and a thread_pool as the workers. Each
// hop is a post to the pool and a post back.
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <memory>

#include "bench/measure.hpp"

namespace bench {
namespace {

namespace asio = boost::asio;

/// Keeps `in_flight` items in flight until all went through.
class Traffic {
 public:
  Traffic(const Arguments& arguments, unsigned n_hops)
      : n_items_(arguments.n_items),
        n_hops_(n_hops),
        latencies_(arguments.n_items, arguments.in_flight),
        pool_(arguments.n_workers) {}

  void run(unsigned in_flight) {
    // With something to wait for, as every daemon has: a loop without any does not use epoll at
    // all, and is woken by a condition variable.
    asio::steady_timer timer(loop_, std::chrono::hours(1));
    timer.async_wait([](const boost::system::error_code&) {});
    watch_.start();
    for (unsigned i = 0; i < in_flight && n_made_ < n_items_; ++i) make();
    loop_.run();
    pool_.join();
    throughput(n_left_, watch_).add(latencies_).print();
  }

 private:
  void make() {
    const bool is_sampled = latencies_.is_sampled(n_made_++);
    hop(is_sampled ? Clock::now() : Clock::time_point(), n_hops_);
  }
  void hop(Clock::time_point made_at, unsigned n_more) {
    if (n_more == 0) return leave(made_at);
    asio::post(pool_, [this, made_at, n_more] {
      asio::post(loop_, [this, made_at, n_more] { hop(made_at, n_more - 1); });
    });
  }
  void leave(Clock::time_point made_at) {
    if (made_at != Clock::time_point()) latencies_.add(Clock::now() - made_at);
    if (++n_left_ == n_items_) {
      watch_.stop();
      loop_.stop();
    } else if (n_made_ < n_items_) {
      make();
    }
  }

  const std::uint64_t n_items_;
  const unsigned n_hops_;
  std::uint64_t n_made_ = 0, n_left_ = 0;
  Latencies latencies_;
  Stopwatch watch_;
  asio::io_context loop_{1};
  asio::thread_pool pool_;
};

/// `in_flight` functions on the loop, each posted when the one before has run.
class Posts {
 public:
  explicit Posts(const Arguments& arguments) : n_items_(arguments.n_items) {}
  void run(unsigned in_flight) {
    watch_.start();
    for (unsigned i = 0; i < in_flight && n_made_ < n_items_; ++i) make();
    loop_.run();
    watch_.stop();
    throughput(n_left_, watch_).print();
  }

 private:
  void make() {
    ++n_made_;
    asio::post(loop_, [this] {
      ++n_left_;
      if (n_made_ < n_items_) make();
    });
  }

  const std::uint64_t n_items_;
  std::uint64_t n_made_ = 0, n_left_ = 0;
  Stopwatch watch_;
  asio::io_context loop_{1};
};

/// Timers all pending at once, each with a handler on the heap.
void sleepers(const Arguments& arguments) {
  asio::io_context loop{1};
  Latencies latencies(arguments.n_items, 1);
  std::vector<std::unique_ptr<asio::steady_timer>> timers;
  timers.reserve(arguments.n_items);
  std::uint64_t n_woken = 0;
  Stopwatch watch;
  watch.start();
  const double before = resident_bytes();
  for (std::uint64_t i = 0; i < arguments.n_items; ++i) {
    const auto delay = sleep_time(i, arguments.n_items);
    const auto asked_at = Clock::now();
    timers.push_back(std::make_unique<asio::steady_timer>(loop, delay));
    timers.back()->async_wait([&, delay, asked_at](const boost::system::error_code&) {
      latencies.add(Clock::now() - asked_at - delay);
      ++n_woken;
    });
  }
  const double growth = resident_bytes() - before;
  loop.run();
  watch.stop();
  Report(n_woken, growth / static_cast<double>(n_woken)).add(watch).add(latencies).print();
}

void run(const Arguments& arguments) {
  if (arguments.name == "hop") return Traffic(arguments, 1).run(arguments.in_flight);
  if (arguments.name == "chain3") return Traffic(arguments, 3).run(arguments.in_flight);
  if (arguments.name == "async") return Posts(arguments).run(arguments.in_flight);
  if (arguments.name == "sleepers") return sleepers(arguments);
  throw std::invalid_argument("no case " + arguments.name);
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) { return bench::run_subject(argc, argv, bench::run); }
