#include "fetch.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "url.hpp"

namespace fetch {

namespace {

using std::chrono::milliseconds;

// The first wait; each further one doubles it.
constexpr milliseconds kFirstWait{500};
constexpr milliseconds kLongestWait{30'000};
// A server that asks for more is not waited for: the engine's retries are for that.
constexpr std::chrono::seconds kLongestAskedWait{60};
// Giving back more memory than this takes long enough to be a worker's job.
constexpr std::size_t kLargeBodyBytes = std::size_t{1} << 20;

std::string after_tries(const std::string& message, std::int64_t n_tries) {
  return n_tries == 1 ? message : message + " (after " + std::to_string(n_tries) + " tries)";
}

}  // namespace

Fetch::Fetch(capstan::StageContext& context, const capstan::Options& options)
    : context_(context),
      settings_(std::make_shared<const Settings>(options)),
      transfers_(context.shared<Transfers>([] { return std::make_shared<Transfers>(); })),
      random_(std::random_device()()) {}

void Fetch::start() { transfers_->start(context_.loop()); }
void Fetch::stop() noexcept { transfers_->stop(); }

capstan::Task<capstan::Item> Fetch::process(capstan::Item in) {
  const std::string url = in.get<capstan::Reference>().location();
  const std::string scheme = scheme_of(url);
  if (scheme.empty()) co_return in;
  if (scheme != "http" && scheme != "https") {
    throw std::runtime_error("cannot get '" + scheme + "' URLs, only http and https");
  }
  for (std::int64_t n_tries = 1;; ++n_tries) {
    milliseconds wait{0};
    {
      Transfer transfer(settings_, context_.input_rules(), url);
      RunAwaiter run(transfers_, transfer);
      const CURLcode code = co_await run;
      const std::optional<Failure> failure = transfer.failure(code);
      Body body = transfer.take_body();
      if (!failure) {
        capstan::Ref<capstan::Bytes> bytes =
            capstan::make_ref<capstan::Bytes>(body.take(), transfer.media_type(), name_of(url));
        co_return std::move(in).with(std::move(bytes));
      }
      if (body.size() > kLargeBodyBytes) {
        auto drop = [&body] { body = Body(); };
        co_await offload(context_, drop);
      }
      const std::optional<milliseconds> next = wait_after(*failure, n_tries);
      if (!next) throw std::runtime_error(after_tries(failure->message, n_tries));
      wait = *next;
    }
    co_await sleep_for(context_, wait);
  }
}

std::optional<milliseconds> Fetch::wait_after(const Failure& failure, std::int64_t n_tries) {
  if (!failure.is_temporary || n_tries > settings_->n_retries) return std::nullopt;
  if (failure.wait_for > kLongestAskedWait) return std::nullopt;
  const std::int64_t doublings = std::min<std::int64_t>(n_tries - 1, 10);
  const milliseconds longest = std::min(kFirstWait * (std::int64_t{1} << doublings), kLongestWait);
  // Anywhere in the upper half, so that those who failed together do not come back together.
  std::uniform_int_distribution<std::int64_t> pick(longest.count() / 2, longest.count());
  const milliseconds wait = std::max<milliseconds>(milliseconds(pick(random_)), failure.wait_for);
  context_.log().info(failure.message + "; trying again in " + std::to_string(wait.count()) +
                      " ms");
  return wait;
}

}  // namespace fetch
