#include "written_paths.hpp"

#include <functional>
#include <stdexcept>

namespace write_plugin {

namespace {

constexpr std::size_t kMaxRemembered = std::size_t{1} << 20;

std::uint64_t hash_of(std::string_view text) { return std::hash<std::string_view>()(text); }

}  // namespace

void WrittenPaths::check(const Writer& before, const Writer& now) {
  if (before.input != now.input) {
    throw std::runtime_error("already written by job " + before.job_id +
                             ": 'path' must tell inputs apart, as {job.path} does");
  }
  if (before.job_id == now.job_id && before.attempt == now.attempt && before.index != now.index) {
    throw std::runtime_error("already written as item " + std::to_string(before.index) +
                             " of the same job: 'path' must tell items apart, as {index} does");
  }
}

void WrittenPaths::claim(std::string_view path, const capstan::Item& item) {
  const capstan::JobInfo& job = item.job();
  Writer now;
  now.input = hash_of(job.input) * 31 + hash_of(job.path);
  now.index = item.index();
  now.attempt = job.attempt;
  now.job_id = job.id;
  const std::uint64_t key = hash_of(path);
  const std::lock_guard lock(mutex_);
  const auto found = writers_.find(key);
  if (found != writers_.end()) {
    check(found->second, now);
    found->second = std::move(now);
    return;
  }
  writers_.emplace(key, std::move(now));
  by_age_.push_back(key);
  if (by_age_.size() <= kMaxRemembered) return;
  writers_.erase(by_age_.front());
  by_age_.pop_front();
}

void WrittenPaths::release(std::string_view path) {
  const std::lock_guard lock(mutex_);
  writers_.erase(hash_of(path));
}

}  // namespace write_plugin
