// A bounded edge between two stages. Home: the loop.
#pragma once

#include <deque>
#include <unordered_map>
#include <vector>

#include "engine/job.hpp"

namespace capstan::engine {

struct Node;

/// Tokens on their way into one stage, first in first out. Edges into job-scope stages keep a
/// queue, with the bounds, for each job: a third job's items must not fill what two running jobs
/// need.
class Edge {
 public:
  /// `from` is null for the intake of a pipeline without a source.
  Edge(Node* from, Node& to, std::size_t max_items, std::size_t max_bytes, bool is_per_job)
      : from_(from), to_(to), max_items_(max_items), max_bytes_(max_bytes), per_job_(is_per_job) {}

  Node* from() const noexcept { return from_; }
  Node& to() const noexcept { return to_; }

  /// Items that fit now. The byte bound is checked before, not after: an edge overshoots by at
  /// most one item, since an item larger than the bound must pass as well.
  std::size_t room_items(const Job* job) const noexcept;
  std::size_t room_bytes(const Job* job) const noexcept;

  void push(Token token);
  /// The next token of any job, or of one. Null when there is none. Valid until the next change.
  const Token* front() const noexcept;
  const Token* front(const Job* job) const noexcept;
  Token pop(const Job* job);
  /// Takes out the tokens none of whose jobs is running any more.
  std::vector<Token> purge();
  void forget(const Job* job) { lanes_.erase(job); }

  /// An item that waits for another try counts as queued, though it is nowhere.
  void add_waiting() noexcept { ++n_waiting_; }
  void remove_waiting() noexcept { --n_waiting_; }

  std::size_t size() const noexcept { return size_; }
  /// Jobs with tokens in here; per-job edges only.
  std::vector<Job*> waiting_jobs() const;

 private:
  struct Lane {
    std::deque<Token> tokens;
    std::size_t size_bytes = 0;
  };
  const Lane* find(const Job* job) const noexcept;
  static void purge_lane(Lane& lane, std::vector<Token>& purged);

  Node* from_;
  Node& to_;
  std::size_t max_items_;
  std::size_t max_bytes_;
  bool per_job_;
  std::size_t n_waiting_ = 0;
  std::size_t size_ = 0;
  Lane shared_;
  std::unordered_map<const Job*, Lane> lanes_;
};

}  // namespace capstan::engine
