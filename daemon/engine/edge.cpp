#include "engine/edge.hpp"

#include <algorithm>

namespace capstan::engine {

const Edge::Lane* Edge::find(const Job* job) const noexcept {
  if (!per_job_) return &shared_;
  const auto found = lanes_.find(job);
  return found == lanes_.end() ? nullptr : &found->second;
}

std::size_t Edge::room_items(const Job* job) const noexcept {
  const Lane* lane = find(job);
  const std::size_t used = (lane ? lane->tokens.size() : 0) + n_waiting_;
  if (lane && lane->size_bytes >= max_bytes_) return 0;
  return used < max_items_ ? max_items_ - used : 0;
}

std::size_t Edge::room_bytes(const Job* job) const noexcept {
  const Lane* lane = find(job);
  const std::size_t used = lane ? lane->size_bytes : 0;
  return used < max_bytes_ ? max_bytes_ - used : 0;
}

void Edge::push(Token token) {
  Lane& lane = per_job_ ? lanes_[token.job] : shared_;
  lane.size_bytes += token.size_bytes;
  lane.tokens.push_back(std::move(token));
  ++size_;
}

const Token* Edge::front() const noexcept {
  return shared_.tokens.empty() ? nullptr : &shared_.tokens.front();
}

const Token* Edge::front(const Job* job) const noexcept {
  const Lane* lane = find(job);
  return !lane || lane->tokens.empty() ? nullptr : &lane->tokens.front();
}

Token Edge::pop(const Job* job) {
  Lane& lane = per_job_ ? lanes_.at(job) : shared_;
  Token token = std::move(lane.tokens.front());
  lane.tokens.pop_front();
  lane.size_bytes -= token.size_bytes;
  --size_;
  return token;
}

void Edge::purge_lane(Lane& lane, std::vector<Token>& purged) {
  std::deque<Token> kept;
  for (Token& token : lane.tokens) {
    if (token.has_running_job()) {
      kept.push_back(std::move(token));
    } else {
      lane.size_bytes -= token.size_bytes;
      purged.push_back(std::move(token));
    }
  }
  lane.tokens = std::move(kept);
}

std::vector<Token> Edge::purge() {
  std::vector<Token> purged;
  purge_lane(shared_, purged);
  for (auto& [job, lane] : lanes_) purge_lane(lane, purged);
  size_ -= purged.size();
  return purged;
}

std::vector<Job*> Edge::waiting_jobs() const {
  std::vector<Job*> jobs;
  for (const auto& [job, lane] : lanes_) {
    if (!lane.tokens.empty()) jobs.push_back(lane.tokens.front().job);
  }
  std::sort(jobs.begin(), jobs.end(), [](auto* a, auto* b) { return a->number < b->number; });
  return jobs;
}

}  // namespace capstan::engine
