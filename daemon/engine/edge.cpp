#include "engine/edge.hpp"

namespace capstan::engine {

const Edge::Lane* Edge::find(const Job* job) const noexcept {
  if (!bounds_.is_per_job) return &shared_;
  const auto found = lanes_.find(job);
  return found == lanes_.end() ? nullptr : &found->second;
}

Edge::Lane& Edge::lane_of(const Job* job) { return bounds_.is_per_job ? lanes_[job] : shared_; }

std::size_t Edge::room_items(const Job* job) const noexcept {
  const Lane* lane = find(job);
  const std::size_t used = (lane ? lane->tokens.size() : 0) + n_waiting_;
  if (lane && lane->size_bytes >= bounds_.max_bytes) return 0;
  return used < bounds_.max_items ? bounds_.max_items - used : 0;
}

std::size_t Edge::room_bytes(const Job* job) const noexcept {
  const Lane* lane = find(job);
  const std::size_t used = lane ? lane->size_bytes : 0;
  return used < bounds_.max_bytes ? bounds_.max_bytes - used : 0;
}

void Edge::push(Token token) {
  Lane& lane = lane_of(token.job);
  lane.size_bytes += token.size_bytes;
  lane.tokens.push_back(std::move(token));
  ++size_;
}

void Edge::push(Item&& item, Job& job) {
  Lane& lane = lane_of(&job);
  Token& token = lane.tokens.add_back();
  token.item = std::move(item);
  token.job = &job;
  token.more_jobs.clear();
  token.size_bytes = token.item.payload()->size_bytes();
  token.is_alone = false;
  lane.size_bytes += token.size_bytes;
  ++size_;
}

void Edge::push_front(Token token) {
  Lane& lane = lane_of(token.job);
  lane.size_bytes += token.size_bytes;
  lane.tokens.push_front(std::move(token));
  ++size_;
}

const Token* Edge::front() const noexcept {
  return shared_.tokens.empty() ? nullptr : &shared_.tokens.front();
}

const Token* Edge::front(const Job* job) const noexcept {
  const Lane* lane = find(job);
  return !lane || lane->tokens.empty() ? nullptr : &lane->tokens.front();
}

void Edge::pop(const Job* job, Token& token) {
  Lane& lane = bounds_.is_per_job ? lanes_.at(job) : shared_;
  Token& front = lane.tokens.front();
  token.item = std::move(front.item);
  token.job = front.job;
  token.more_jobs.swap(front.more_jobs);
  token.size_bytes = front.size_bytes;
  token.is_alone = front.is_alone;
  lane.tokens.drop_front();
  lane.size_bytes -= token.size_bytes;
  --size_;
}

void Edge::purge_lane(Lane& lane, std::vector<Token>& purged) {
  for (std::size_t n = lane.tokens.size(); n > 0; --n) {
    Token token = lane.tokens.pop_front();
    if (token.has_running_job()) {
      lane.tokens.push_back(std::move(token));
    } else {
      lane.size_bytes -= token.size_bytes;
      purged.push_back(std::move(token));
    }
  }
}

std::vector<Token> Edge::purge() {
  std::vector<Token> purged;
  purge_lane(shared_, purged);
  for (auto& [job, lane] : lanes_) purge_lane(lane, purged);
  size_ -= purged.size();
  return purged;
}

}  // namespace capstan::engine
