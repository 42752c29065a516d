#include "engine/held_item.hpp"

#include <algorithm>

#include <capstan/sdk/detail/item_access.hpp>

#include "engine/pipeline.hpp"

namespace capstan::engine {

HeldItem::~HeldItem() { pipeline_.ticket_released(record_); }

std::vector<Job*> HeldItem::jobs_of(const Ticket* ticket) {
  std::vector<Job*> all;
  auto add = [&](const Ticket* each) {
    const auto& jobs = static_cast<const HeldItem*>(each)->jobs();
    all.insert(all.end(), jobs.begin(), jobs.end());
  };
  if (const auto* list = dynamic_cast<const TicketList*>(ticket)) {
    for (const auto& member : list->members) add(member.get());
  } else if (ticket) {
    add(ticket);
  }
  std::sort(all.begin(), all.end(), [](auto* a, auto* b) { return a->number < b->number; });
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace capstan::engine
