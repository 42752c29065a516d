// The hold that a stage of pipeline scope has on an item.
#pragma once

#include <list>
#include <vector>

#include <capstan/sdk/item.hpp>

#include "engine/job.hpp"

namespace capstan::engine {

class Pipeline;

/// What is known of an item that a stage let go of.
struct Released {
  std::size_t node;
  std::vector<Job*> jobs;
  bool is_by_engine;  ///< with an output that was handed on, not by the stage
};

/// Its jobs do not end before every copy of the item, and every output that absorbed it, is gone.
class HeldItem final : public Ticket {
 public:
  HeldItem(Pipeline& pipeline, std::size_t node, std::vector<Job*> jobs) : pipeline_(pipeline) {
    record_.push_back({node, std::move(jobs), false});
  }
  ~HeldItem() override;

  /// The jobs of a ticket, or of all those it was joined from: each once, by number.
  static std::vector<Job*> jobs_of(const Ticket* ticket);

 private:
  const std::vector<Job*>& jobs() const noexcept { return record_.front().jobs; }

  Pipeline& pipeline_;
  std::list<Released> record_;  ///< of one; moves to the pipeline's list, which needs no memory
};

}  // namespace capstan::engine
