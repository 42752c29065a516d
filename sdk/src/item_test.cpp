#include <gtest/gtest.h>

#include <capstan/sdk/detail/item_access.hpp>
#include <capstan/sdk/list.hpp>
#include <capstan/sdk/media.hpp>

namespace {

using namespace capstan;

Item ticketed(const std::string& name) {
  Item item(make_ref<Reference>(name));
  ItemAccess::set_ticket(item, make_ref<Ticket>());
  return item;
}

std::size_t n_tickets(const Item& item) {
  Item copy = item;
  const Ref<Ticket> ticket = ItemAccess::take_ticket(copy);
  const auto* list = dynamic_cast<const TicketList*>(ticket.get());
  return list ? list->members.size() : ticket ? 1 : 0;
}

TEST(Buffer, ReleasesAdoptedMemoryOnceWhenTheLastCopyGoes) {
  int n_released = 0;
  {
    Buffer copy;
    {
      const Buffer buffer = Buffer::adopt(
          &n_released, sizeof(n_released), [](void* n) noexcept { ++*static_cast<int*>(n); },
          &n_released);
      EXPECT_TRUE(buffer.is_unique());
      copy = buffer;
      EXPECT_FALSE(buffer.is_unique());
    }
    EXPECT_EQ(n_released, 0);
  }
  EXPECT_EQ(n_released, 1);
}

TEST(Payload, CountsInItsAccountUntilItIsReleased) {
  MemoryAccount account;
  {
    const Item item(make_ref<Bytes>(Buffer::allocate(100)));
    item.payload()->charge(account);
    item.payload()->charge(account);
    const Item copy = item;  // NOLINT: the copy is the point
    EXPECT_EQ(account.bytes, 100);
  }
  EXPECT_EQ(account.bytes, 0);
}

TEST(Item, IsWritableOnlyWhileNobodyElseSeesIt) {
  Item item(make_ref<Reference>("a"));
  EXPECT_NE(item.get_writable<Reference>(), nullptr);
  const Item copy = item;
  EXPECT_EQ(item.get_writable<Reference>(), nullptr);
  EXPECT_EQ(copy.get<Reference>().location(), "a");
}

TEST(Item, IsNotWritableWhileADecoderReadsItsMemory) {
  auto frame = make_ref<VideoFrame>();
  frame->is_read_only = true;
  Item item(std::move(frame));
  EXPECT_EQ(item.get_writable<VideoFrame>(), nullptr);
}

TEST(Item, NamesWhatItHoldsWhenItIsAskedForSomethingElse) {
  const Item item(make_ref<Reference>("a"));
  EXPECT_EQ(item.get_if<Bytes>(), nullptr);
  try {
    item.get<Bytes>();
    FAIL() << "gave bytes";
  } catch (const WrongPayload& failure) {
    EXPECT_STREQ(failure.what(), "expected a bytes, got reference");
  }
}

TEST(Item, WritingMetadataOfACopyLeavesTheOriginal) {
  Item item(make_ref<Reference>("a"));
  item.set_meta("k", "old");
  Item copy = item.with(make_ref<Reference>("b"));
  copy.set_meta("k", "new");
  EXPECT_EQ(item.meta("k"), "old");
  EXPECT_EQ(copy.meta("k"), "new");
  EXPECT_EQ(copy.meta("other"), "");
}

TEST(Item, AbsorbingKeepsTheTicketsOfAllMembers) {
  Item all(make_ref<Reference>("all"));
  std::vector<const Ticket*> tickets;
  for (int i = 0; i < 3; ++i) {
    Item member(make_ref<Reference>("member"));
    auto ticket = make_ref<Ticket>();
    tickets.push_back(ticket.get());
    ItemAccess::set_ticket(member, ticket);
    all.absorb(member);
  }
  const Ref<Ticket> held = ItemAccess::take_ticket(all);
  const auto* list = dynamic_cast<const TicketList*>(held.get());
  ASSERT_NE(list, nullptr);
  ASSERT_EQ(list->members.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(list->members[i].get(), tickets[i]);
}

TEST(Item, AbsorbingLeavesCopiesMadeBeforeAsTheyWere) {
  Item one = ticketed("one");
  one.absorb(ticketed("two"));
  Item before = one;
  one.absorb(ticketed("three"));
  EXPECT_EQ(n_tickets(before), 2U);
  EXPECT_EQ(n_tickets(one), 3U);
}

TEST(ItemList, TheItemThatCarriesItHoldsTheTicketsOfAllMembers) {
  auto ticket = make_ref<Ticket>();
  Item member(make_ref<Reference>("member"));
  ItemAccess::set_ticket(member, ticket);
  std::vector<Item> members;
  members.push_back(std::move(member));
  members.push_back(ticketed("other"));
  Item carrier = gather(std::move(members));
  EXPECT_EQ(n_tickets(carrier), 2U);
  EXPECT_FALSE(ticket->is_unique()) << "the carrier holds it";
  ItemAccess::take_ticket(carrier);
  EXPECT_TRUE(ticket->is_unique()) << "the members let go of it";
}

TEST(ItemList, SpreadGivesTheMembersAsTheOnlyHoldersOfTheirPayloads) {
  std::vector<Item> members;
  members.emplace_back(make_ref<Reference>("a"));
  members.emplace_back(make_ref<Reference>("b"));
  std::vector<Item> again = spread(gather(std::move(members)));
  ASSERT_EQ(again.size(), 2U);
  EXPECT_EQ(again[1].get<Reference>().location(), "b");
  EXPECT_NE(again[0].get_writable<Reference>(), nullptr);
}

TEST(ItemList, SpreadLeavesTheMembersOfACarrierThatSomebodyElseHolds) {
  std::vector<Item> members;
  members.emplace_back(make_ref<Reference>("a"));
  const Item carrier = gather(std::move(members));
  std::vector<Item> again = spread(carrier);
  EXPECT_EQ(again.at(0).get_writable<Reference>(), nullptr);
  EXPECT_EQ(carrier.get<ItemList>().items().size(), 1U);
  EXPECT_THROW(spread(again[0]), WrongPayload);
}

}  // namespace
