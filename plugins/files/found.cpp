#include "found.hpp"

#include <functional>
#include <utility>

namespace files {

namespace {

std::size_t size_of(const Batch& batch) {
  return sizeof(Batch) + batch.location.size() + batch.job_path.size() + batch.failure.size() +
         batch.names.size_bytes();
}

}  // namespace

void Found::push(Batch batch) {
  size_bytes_ += size_of(batch);
  batches_.push_back(std::move(batch));
}

void Found::pop() {
  size_bytes_ -= size_of(batches_.front());
  batches_.pop_front();
  next_name_ = 0;
}

void Found::add_folder(std::string location, std::string job_path, NameList names) {
  if (names.size() == 0) return;
  n_added_ += names.size();
  push({std::move(location), std::move(job_path), std::move(names), {}});
}

void Found::add_file(std::string location, std::string job_path, std::string_view name) {
  ++n_added_;
  if (!batches_.empty() && batches_.back().failure.empty() &&
      batches_.back().location == location && batches_.back().job_path == job_path) {
    Batch& last = batches_.back();
    size_bytes_ -= size_of(last);
    last.names.add(name);
    size_bytes_ += size_of(last);
    return;
  }
  NameList names;
  names.add(name);
  push({std::move(location), std::move(job_path), std::move(names), {}});
}

void Found::add_failure(std::string location, std::string job_path, std::string reason) {
  if (job_path.empty()) job_path = ".";
  if (!failed_.insert(0, job_path)) return;
  ++n_added_;
  push({std::move(location), std::move(job_path), {}, std::move(reason)});
}

Input Found::take() {
  Batch& first = batches_.front();
  Input input;
  if (!first.failure.empty()) {
    input.location = std::move(first.location);
    input.job_path = std::move(first.job_path);
    input.failure = std::move(first.failure);
    // What was moved out no longer counts; account for the batch as it was.
    size_bytes_ -= input.location.size() + input.job_path.size() + input.failure.size();
    pop();
    return input;
  }
  const char* name = first.names[next_name_++];
  input.location = first.location + name;
  input.job_path = first.job_path + name;
  if (next_name_ == first.names.size()) pop();
  return input;
}

bool SeenNames::insert(std::uint64_t folder_id, std::string_view name) {
  const std::uint64_t hash = std::hash<std::string_view>()(name);
  return hashes_.insert((hash ^ folder_id) * 0x9E3779B97F4A7C15U + (hash >> 31)).second;
}

}  // namespace files
