// The engine's and the harness's door to an item's job, index and ticket. Not for plugins.
#pragma once

#include <vector>

#include <capstan/sdk/item.hpp>

CAPSTAN_BEGIN_NAMESPACE

/// A ticket that stands for several; made by Item::absorb.
class CAPSTAN_EXPORT TicketList final : public Ticket {
 public:
  ~TicketList() override;
  std::vector<Ref<Ticket>> members;
};

struct ItemAccess {
  static void set_job(Item& item, Ref<const JobInfo> job) { item.job_ = std::move(job); }
  static void set_index(Item& item, std::uint64_t index) { item.index_ = index; }
  static void set_ticket(Item& item, Ref<Ticket> ticket) { item.ticket_ = std::move(ticket); }
  static Ref<Ticket> take_ticket(Item& item) { return std::move(item.ticket_); }
  static bool has_ticket(const Item& item) { return static_cast<bool>(item.ticket_); }
};

CAPSTAN_END_NAMESPACE
