// A bounded edge between two stages. Home: the loop.
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "engine/job.hpp"
#include "engine/ring.hpp"

namespace capstan::engine {

struct Node;

/// How much an edge holds.
struct EdgeBounds {
  std::size_t max_items = 0;
  std::size_t max_bytes = 0;
  bool is_per_job = false;  ///< a queue, with the bounds, for each job
};

/// Tokens on their way into one stage, first in first out. Edges into job-scope stages keep a queue
/// for each job: a third job's items must not fill what two running jobs need.
class Edge {
 public:
  /// `from` is null for the intake of a pipeline without a source. `path`: of a stage with paths,
  /// the one that this edge is; absent: everything it gives.
  Edge(Node* from, Node& to, EdgeBounds bounds, std::optional<std::uint32_t> path)
      : from_(from), to_(to), bounds_(bounds), path_(path) {}

  Node* from() const noexcept { return from_; }
  Node& to() const noexcept { return to_; }
  bool takes(const Item& item) const noexcept { return !path_ || *path_ == item.path(); }

  /// Items that fit now. The byte bound is checked before, not after: an edge overshoots by at
  /// most one item, since an item larger than the bound must pass as well.
  std::size_t room_items(const Job* job) const noexcept;
  std::size_t room_bytes(const Job* job) const noexcept;

  void push(Token token);
  /// The same for an item of one job.
  void push(Item&& item, Job& job);
  /// Ahead of everything, and beyond the bounds: an item that comes back.
  void push_front(Token token);
  /// The next token of any job, or of one. Null when there is none. Valid until the next change.
  const Token* front() const noexcept;
  const Token* front(const Job* job) const noexcept;
  /// Moves the next token, of any job or of one, into `token`.
  void pop(const Job* job, Token& token);
  /// Takes out the tokens none of whose jobs is running any more.
  std::vector<Token> purge();
  void forget(const Job* job) {
    if (bounds_.is_per_job) lanes_.erase(job);
  }

  /// An item that waits for another try counts as queued, though it is nowhere.
  void add_waiting() noexcept { ++n_waiting_; }
  void remove_waiting() noexcept { --n_waiting_; }

  std::size_t size() const noexcept { return size_; }

 private:
  struct Lane {
    Ring<Token> tokens;
    std::size_t size_bytes = 0;
  };
  const Lane* find(const Job* job) const noexcept;
  Lane& lane_of(const Job* job);
  static void purge_lane(Lane& lane, std::vector<Token>& purged);

  Node* const from_;
  Node& to_;
  const EdgeBounds bounds_;
  const std::optional<std::uint32_t> path_;
  std::size_t n_waiting_ = 0;
  std::size_t size_ = 0;
  Lane shared_;
  std::unordered_map<const Job*, Lane> lanes_;
};

}  // namespace capstan::engine
