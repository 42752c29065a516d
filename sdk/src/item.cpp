#include <capstan/sdk/detail/item_access.hpp>
#include <capstan/sdk/list.hpp>

#include <cstring>

CAPSTAN_BEGIN_NAMESPACE

JobInfo::~JobInfo() = default;
Metadata::~Metadata() = default;
Ticket::~Ticket() = default;
TicketList::~TicketList() = default;
WrongPayload::~WrongPayload() = default;

Item Item::with(PayloadRef payload) const& {
  Item item(*this);
  item.payload_ = std::move(payload);
  return item;
}

Item Item::with(PayloadRef payload) && {
  payload_ = std::move(payload);
  return std::move(*this);
}

const JobInfo& Item::job() const {
  if (!job_) throw std::logic_error("this item has no job yet");
  return *job_;
}

std::string_view Item::meta(std::string_view name) const noexcept {
  if (!metadata_) return {};
  const auto found = metadata_->values.find(name);
  return found == metadata_->values.end() ? std::string_view() : found->second;
}

void Item::set_meta(std::string_view name, std::string value) {
  if (!metadata_ || !metadata_->is_unique()) {
    auto copy = make_ref<Metadata>();
    if (metadata_) copy->values = metadata_->values;
    metadata_ = std::move(copy);
  }
  metadata_->values.insert_or_assign(std::string(name), std::move(value));
}

namespace {

void add_ticket(TicketList& list, const Ref<Ticket>& ticket) {
  if (!ticket) return;
  if (const auto* many = dynamic_cast<const TicketList*>(ticket.get())) {
    list.members.insert(list.members.end(), many->members.begin(), many->members.end());
  } else {
    list.members.push_back(ticket);
  }
}

}  // namespace

void Item::absorb(const Item& member) {
  if (!job_) job_ = member.job_;
  if (!member.ticket_) return;
  auto* own = dynamic_cast<TicketList*>(ticket_.get());
  if (own && own->is_unique()) return add_ticket(*own, Ref<Ticket>(member.ticket_));
  // A new list where the old one is shared with copies of this item: they do not stand for member.
  auto list = make_ref<TicketList>();
  add_ticket(*list, ticket_);
  add_ticket(*list, member.ticket_);
  ticket_ = std::move(list);
}

ItemList::ItemList(std::vector<Item> items) : items_(std::move(items)) {
  // With tickets of their own they would keep their jobs open in the stage that made the list for
  // as long as any of them lives, in stages behind `unbatch` too.
  for (Item& item : items_) ItemAccess::take_ticket(item);
}
ItemList::~ItemList() = default;
std::size_t ItemList::size_bytes() const noexcept {
  std::size_t size = own_bytes();
  for (const Item& item : items_) size += item ? item.payload()->size_bytes() : 0;
  return size;
}

Item gather(std::vector<Item> members) {
  Item carrier;
  for (const Item& member : members) carrier.absorb(member);
  return std::move(carrier).with(make_ref<ItemList>(std::move(members)));
}

std::vector<Item> spread(Item carrier) {
  if (ItemList* own = carrier.get_writable<ItemList>()) return std::move(own->items_);
  return carrier.get<ItemList>().items();
}

bool Item::is_type(const char* type) const noexcept {
  const char* actual = payload_->type();
  return actual == type || std::strcmp(actual, type) == 0;
}

void Item::throw_wrong_payload(const char* wanted) const {
  throw WrongPayload(std::string("expected a ") + wanted + ", got " +
                     (payload_ ? payload_->type() : "an empty item"));
}

CAPSTAN_END_NAMESPACE
