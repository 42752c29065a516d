// batch and unbatch.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <capstan/sdk/detail/item_access.hpp>
#include <capstan/sdk/harness.hpp>

#include "batch.hpp"

extern "C" const capstan::PluginDescriptor capstan_plugin;

namespace flow {
namespace {

using namespace capstan;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::SizeIs;

using Values = StageHarness::OptionValues;

int n_alive = 0;

/// A payload that counts its lives.
class Counted final : public Payload {
 public:
  static constexpr const char* kType = "counted";
  explicit Counted(int number) : number(number) { ++n_alive; }
  ~Counted() override { --n_alive; }
  const char* type() const noexcept override { return kType; }
  std::size_t size_bytes() const noexcept override { return 100; }
  const int number;
};

Item numbered(int number) { return Item(make_ref<Counted>(number)); }

/// An item as the engine gives it to a stage of pipeline scope: with a hold on its job.
Item held(int number, const std::string& job, const Ref<Ticket>& ticket) {
  Item item = numbered(number);
  auto info = make_ref<JobInfo>();
  info->id = info->path = info->input = job;
  ItemAccess::set_job(item, Ref<const JobInfo>(info.get()));
  ItemAccess::set_index(item, 7);
  ItemAccess::set_ticket(item, ticket);
  return item;
}

std::vector<int> numbers_of(const std::vector<Item>& items) {
  std::vector<int> numbers;
  for (const Item& item : items) numbers.push_back(item.get<Counted>().number);
  return numbers;
}
std::vector<int> members_of(const Item& batch) { return numbers_of(batch.get<ItemList>().items()); }

Scope scope_of(const char* mix) {
  Options options(kBatchOptions, std::size(kBatchOptions));
  EXPECT_FALSE(options.set("mix", {mix}));
  return Batch::scope_of(options);
}

TEST(Batch, KeepsJobsApartUnlessItIsToMixThem) {
  EXPECT_EQ(scope_of("false"), Scope::job);
  EXPECT_EQ(scope_of("true"), Scope::pipeline);
}

TEST(Batch, GivesItsItemsInOrderOnceThereAreEnough) {
  StageHarness batch(capstan_plugin, "batch", {{"items", {"3"}}});
  EXPECT_THAT(batch.feed(numbered(1)), SizeIs(0));
  EXPECT_THAT(batch.feed(numbered(2)), SizeIs(0));
  const auto out = batch.feed(numbered(3));
  ASSERT_THAT(out, SizeIs(1));
  EXPECT_THAT(members_of(out[0]), ElementsAre(1, 2, 3));
  EXPECT_EQ(out[0].meta("batch.items"), "3");
  EXPECT_GE(out[0].payload()->size_bytes(), 300U);
  EXPECT_THAT(batch.feed(numbered(4)), SizeIs(0)) << "a new batch has begun";
}

TEST(Batch, OfOneItemIsGivenAtOnce) {
  StageHarness batch(capstan_plugin, "batch", {{"items", {"1"}}, {"time", {"1s"}}});
  EXPECT_THAT(members_of(batch.feed(numbered(1)).at(0)), ElementsAre(1));
  EXPECT_EQ(batch.requested_tick(), 0ns);
}

TEST(Batch, TheRestIsGivenAtTheEnd) {
  StageHarness batch(capstan_plugin, "batch", {{"items", {"2"}}});
  for (const int number : {1, 2, 3}) batch.feed(numbered(number));
  const auto out = batch.finish();
  ASSERT_THAT(out, SizeIs(1));
  EXPECT_THAT(members_of(out[0]), ElementsAre(3));
  EXPECT_EQ(out[0].meta("batch.items"), "1");
}

TEST(Batch, WithoutARestNothingIsGivenAtTheEnd) {
  StageHarness batch(capstan_plugin, "batch", {{"items", {"2"}}});
  for (const int number : {1, 2}) batch.feed(numbered(number));
  EXPECT_THAT(batch.finish(), SizeIs(0));
}

TEST(Batch, TheRestIsDroppedAndReleasedIfSoToldNotKept) {
  StageHarness batch(capstan_plugin, "batch", {{"items", {"3"}}, {"rest", {"drop"}}});
  for (const int number : {1, 2}) batch.feed(numbered(number));
  EXPECT_EQ(n_alive, 2);
  EXPECT_THAT(batch.finish(), SizeIs(0));
  EXPECT_EQ(n_alive, 0);
}

TEST(Batch, GivesWhatIsThereATimeAfterItsFirstItem) {
  StageHarness batch(capstan_plugin, "batch", {{"items", {"3"}}, {"time", {"200ms"}}});
  batch.feed(numbered(1));
  EXPECT_EQ(batch.requested_tick(), 200ms);
  batch.feed(numbered(2));
  EXPECT_EQ(batch.requested_tick(), 200ms) << "the second item does not put it off";
  const auto out = batch.tick();
  ASSERT_THAT(out, SizeIs(1));
  EXPECT_THAT(members_of(out[0]), ElementsAre(1, 2));
  EXPECT_THAT(batch.tick(), SizeIs(0)) << "a tick that comes too late finds nothing";
}

TEST(Batch, AFullBatchTakesBackItsTime) {
  StageHarness batch(capstan_plugin, "batch", {{"items", {"2"}}, {"time", {"200ms"}}});
  for (const int number : {1, 2}) batch.feed(numbered(number));
  EXPECT_EQ(batch.requested_tick(), 0ns);
}

TEST(Batch, OfSeveralJobsHoldsThemAllUntilItIsGone) {
  const auto one = make_ref<Ticket>(), two = make_ref<Ticket>();
  StageHarness batch(capstan_plugin, "batch", {{"items", {"2"}}, {"mix", {"true"}}});
  batch.feed(held(1, "one", one));
  EXPECT_FALSE(one->is_unique()) << "kept, so its job stays open";
  Item out = std::move(batch.feed(held(2, "two", two)).at(0));
  EXPECT_FALSE(one->is_unique());
  EXPECT_FALSE(two->is_unique());
  ItemAccess::take_ticket(out);
  EXPECT_TRUE(one->is_unique()) << "neither the stage nor the members keep it";
  EXPECT_TRUE(two->is_unique());
}

TEST(Batch, WhatAnEndedStageStillHeldIsReleased) {
  const auto ticket = make_ref<Ticket>();
  {
    StageHarness batch(capstan_plugin, "batch", {{"items", {"2"}}, {"mix", {"true"}}});
    batch.feed(held(1, "one", ticket));
  }
  EXPECT_TRUE(ticket->is_unique());
  EXPECT_EQ(n_alive, 0);
}

TEST(Batch, CancelledBeforeItCouldBeGivenLeavesNothing) {
  StageHarness batch(capstan_plugin, "batch", {{"items", {"2"}}});
  batch.feed(numbered(1));
  batch.begin(numbered(2));
  batch.take_outputs();
  batch.cancel();
  EXPECT_EQ(n_alive, 0);
  EXPECT_THAT(batch.finish(), SizeIs(0));
}

/// A batch of three items of two jobs.
Item mixed_batch() {
  StageHarness batch(capstan_plugin, "batch", {{"items", {"3"}}, {"mix", {"true"}}});
  batch.feed(held(1, "one", make_ref<Ticket>()));
  Item second = held(2, "two", make_ref<Ticket>());
  second.set_meta("kind", "x");
  batch.feed(std::move(second));
  return std::move(batch.feed(held(3, "one", make_ref<Ticket>())).at(0));
}

TEST(Unbatch, GivesTheMembersAgainEachWithItsOwnJobIndexAndMetadata) {
  StageHarness unbatch(capstan_plugin, "unbatch");
  const auto out = unbatch.feed(mixed_batch());
  EXPECT_THAT(numbers_of(out), ElementsAre(1, 2, 3));
  EXPECT_EQ(out[0].job().path, "one");
  EXPECT_EQ(out[1].job().path, "two");
  EXPECT_EQ(out[2].job().path, "one");
  EXPECT_EQ(out[2].index(), 7U);
  EXPECT_EQ(out[1].meta("kind"), "x");
  EXPECT_EQ(out[0].meta("kind"), "");
  for (const Item& item : out) EXPECT_FALSE(ItemAccess::has_ticket(item));
}

TEST(Unbatch, LetsGoOfEachMemberAsItIsGiven) {
  StageHarness unbatch(capstan_plugin, "unbatch");
  unbatch.begin(mixed_batch());
  EXPECT_THAT(unbatch.take_outputs(), SizeIs(1));
  EXPECT_EQ(n_alive, 2);
  unbatch.step();
  Item second = std::move(unbatch.take_outputs().at(0));
  EXPECT_NE(second.get_writable<Counted>(), nullptr) << "it may be written, not only read";
  unbatch.cancel();
  second = Item();
  EXPECT_EQ(n_alive, 0);
}

TEST(Unbatch, GivesTheSameAgainWhenItIsTriedAgain) {
  const Item batch = mixed_batch();
  StageHarness unbatch(capstan_plugin, "unbatch");
  EXPECT_THAT(numbers_of(unbatch.feed(batch)), ElementsAre(1, 2, 3));
  EXPECT_THAT(numbers_of(unbatch.feed(batch)), ElementsAre(1, 2, 3));
}

TEST(Unbatch, NamesWhatIsNoBatch) {
  StageHarness unbatch(capstan_plugin, "unbatch");
  try {
    unbatch.feed(numbered(1));
    FAIL() << "took an item that is no list";
  } catch (const StageFailed& failure) {
    EXPECT_STREQ(failure.what(), "expected a list, got counted");
  }
}

}  // namespace
}  // namespace flow
