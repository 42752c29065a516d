// The hold that a stage of pipeline scope has on an item.
#pragma once

#include <vector>

#include <capstan/sdk/item.hpp>

#include "engine/job.hpp"

namespace capstan::engine {

class Pipeline;

/// Its jobs do not end before every copy of the item, and every output that absorbed it, is gone.
class HeldItem final : public Ticket {
 public:
  HeldItem(Pipeline& pipeline, std::size_t node, std::vector<Job*> jobs)
      : jobs_(std::move(jobs)), pipeline_(pipeline), node_(node) {}
  ~HeldItem() override;

  /// The jobs of a ticket, or of all those it was joined from: each once, by number.
  static std::vector<Job*> jobs_of(const Ticket* ticket);

 private:
  const std::vector<Job*> jobs_;
  Pipeline& pipeline_;
  const std::size_t node_;
};

}  // namespace capstan::engine
