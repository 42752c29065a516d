// Plans on made-up packets.
#include <gtest/gtest.h>

#include "decode_plan.hpp"

namespace capstan::ffmpeg {

namespace {

using Places = std::vector<std::size_t>;

PacketEntry key(std::int64_t pts) { return {pts, AV_NOPTS_VALUE, 10, true, false, false}; }
PacketEntry reference(std::int64_t pts) { return {pts, AV_NOPTS_VALUE, 10, false, false, false}; }
PacketEntry disposable(std::int64_t pts) { return {pts, AV_NOPTS_VALUE, 10, false, true, false}; }

PacketIndex index_of(const std::vector<PacketEntry>& entries) {
  PacketIndex index(0);
  const AvPacketPtr packet = make_av_packet();
  packet->size = 10;
  for (const PacketEntry& entry : entries) index.add(entry, *packet);
  index.finish();
  return index;
}

// I P B B | I P B B, all groups closed.
PacketIndex closed_groups() {
  return index_of({key(0), reference(3), disposable(1), disposable(2), key(4), reference(7),
                   disposable(5), disposable(6)});
}

// The second group is open: its B frames are shown before its keyframe.
PacketIndex open_group() {
  return index_of(
      {key(0), reference(1), key(4), disposable(2), reference(3), reference(6), disposable(5)});
}

}  // namespace

TEST(Plan, BeginsAtTheLastKeyframeAndLeavesOutWhatNothingRefersTo) {
  const auto runs = plan_decoding(closed_groups(), {7}, true);
  ASSERT_TRUE(runs);
  ASSERT_EQ(runs->size(), 1U);
  EXPECT_EQ(runs->front().packets, (Places{4, 5, 7}));
  EXPECT_EQ(runs->front().expected, (Places{4, 7, 5}));
  EXPECT_EQ(runs->front().wanted, (Places{7}));
}

TEST(Plan, EndsWithTheLastWantedFrame) {
  const auto runs = plan_decoding(closed_groups(), {4}, true);
  EXPECT_EQ(runs.value().front().packets, (Places{4}));
}

TEST(Plan, HasARunForEachGroupThatHoldsAWantedFrame) {
  const auto runs = plan_decoding(closed_groups(), {2, 3, 6}, true);
  ASSERT_EQ(runs.value().size(), 2U);
  EXPECT_EQ(runs->at(0).packets, (Places{0, 1, 2, 3}));
  EXPECT_EQ(runs->at(0).wanted, (Places{2, 3}));
  EXPECT_EQ(runs->at(1).packets, (Places{4, 5, 6}));
}

TEST(Plan, OfAFrameShownBeforeItsKeyframeBeginsAGroupEarlier) {
  const auto runs = plan_decoding(open_group(), {3}, true);
  EXPECT_EQ(runs.value().front().packets, (Places{0, 1, 2, 3}));
}

TEST(Plan, BeginsInAnOpenGroupWhereTheCodecAllowsIt) {
  const auto without_leading = plan_decoding(open_group(), {6}, true);
  EXPECT_EQ(without_leading.value().front().packets, (Places{2, 5, 6}));
  const auto with_leading = plan_decoding(open_group(), {6}, false);
  EXPECT_EQ(with_leading.value().front().packets, (Places{0, 1, 2, 4, 5, 6}));
}

TEST(Plan, OfAKeyframeAloneIsThatPacket) {
  EXPECT_EQ(plan_decoding(open_group(), {2}, false).value().front().packets, (Places{2}));
}

TEST(Plan, JoinsRunsThatOverlap) {
  const auto runs = plan_decoding(open_group(), {3, 2, 5}, true);
  ASSERT_EQ(runs.value().size(), 1U);
  EXPECT_EQ(runs->front().packets, (Places{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(runs->front().wanted, (Places{3, 2, 5}));
}

TEST(Plan, DecodesHiddenPacketsButExpectsNoFrameOfThem) {
  PacketEntry hidden = key(0);
  hidden.is_discarded = true;
  const PacketIndex index = index_of({hidden, reference(1), reference(2)});
  EXPECT_EQ(index.shown(), (Places{1, 2}));
  const auto runs = plan_decoding(index, {2}, true);
  EXPECT_EQ(runs.value().front().packets, (Places{0, 1, 2}));
  EXPECT_EQ(runs->front().expected, (Places{1, 2}));
}

TEST(Plan, IsImpossibleBeforeTheFirstKeyframeOfAPartOfTheStream) {
  PacketIndex index = index_of({key(4), disposable(2), reference(5)});
  EXPECT_TRUE(plan_decoding(index, {1}, true));
  index.begins_at_the_start = false;
  EXPECT_FALSE(plan_decoding(index, {1}, true));
}

TEST(Index, IsUnsoundWithoutATimeOfItsOwnForEachPacket) {
  EXPECT_TRUE(index_of({key(0), reference(1)}).is_sound());
  EXPECT_TRUE(index_of({key(-5), reference(1)}).is_sound());
  EXPECT_FALSE(index_of({key(0), reference(0)}).is_sound());
  EXPECT_FALSE(index_of({key(0), reference(AV_NOPTS_VALUE)}).is_sound());
  EXPECT_FALSE(index_of({reference(0), key(1)}).is_sound());
  EXPECT_FALSE(index_of({key(5), key(1)}).is_sound());
  EXPECT_FALSE(index_of({}).is_sound());
}

TEST(Index, FindsPacketsByTimeAndSize) {
  const PacketIndex index = closed_groups();
  const AvPacketPtr packet = make_av_packet();
  packet->pts = 7;
  packet->size = 10;
  EXPECT_EQ(index.find(*packet), std::size_t{5});
  packet->size = 11;
  EXPECT_FALSE(index.find(*packet));
  packet->pts = 100;
  EXPECT_FALSE(index.find(*packet));
}

}  // namespace capstan::ffmpeg
