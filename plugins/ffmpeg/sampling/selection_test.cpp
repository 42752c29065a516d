// Rules of selection on made-up frames, and which options go together.
#include <gtest/gtest.h>

#include "../decode/decode_options.hpp"
#include "../test_support.hpp"
#include "frame_picker.hpp"

namespace capstan::ffmpeg {

namespace {

using Places = std::vector<std::int64_t>;

/// The indices of the frames taken, of frames at these times; every fourth is a keyframe.
Places taken(FramePicker picker, const Places& times) {
  Places places;
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (picker.wants(times[i], i % 4 == 0)) places.push_back(static_cast<std::int64_t>(i));
  }
  return places;
}

Selection rule(SelectionRule rule) {
  Selection selection;
  selection.rule = rule;
  return selection;
}

Selection at_rate(AVRational rate) {
  Selection selection = rule(SelectionRule::fps);
  selection.rate = rate;
  return selection;
}

constexpr AVRational kMilliseconds = {1, 1000};

std::string refusal(const Values& options) {
  try {
    const StageHarness stage(capstan_plugin, "decode", options);
    return {};
  } catch (const std::invalid_argument& refused) {
    return refused.what();
  }
}

}  // namespace

TEST(Every, TakesTheFirstFrameAndThenEveryNth) {
  Selection selection = rule(SelectionRule::every);
  selection.step = 3;
  EXPECT_EQ(taken({selection, Window(), kMilliseconds}, {0, 1, 2, 3, 4, 5, 6}), (Places{0, 3, 6}));
}

TEST(Every, CountsFromTheFirstFrameOfTheWindow) {
  Selection selection = rule(SelectionRule::every);
  selection.step = 2;
  const Window window{10, 50, 10};
  EXPECT_EQ(taken({selection, window, kMilliseconds}, {0, 10, 20, 30, 40, 50}), (Places{1, 3}));
}

TEST(Keyframes, AreTakenAlone) {
  const Selection selection = rule(SelectionRule::keyframes);
  EXPECT_EQ(taken({selection, Window(), kMilliseconds}, {0, 1, 2, 3, 4, 5}), (Places{0, 4}));
}

TEST(Fps, TakesTheFirstFrameAtOrAfterEachTick) {
  EXPECT_EQ(taken({at_rate({10, 1}), Window(), kMilliseconds}, {0, 99, 100, 150, 199, 201, 300}),
            (Places{0, 2, 5, 6}));
}

TEST(Fps, TakesAFrameOnceForSeveralTicks) {
  EXPECT_EQ(taken({at_rate({10, 1}), Window(), kMilliseconds}, {0, 350, 360, 401}),
            (Places{0, 1, 3}));
}

TEST(Fps, IsExactOnTicksThatAreNoWholeUnits) {
  // 30000/1001 frames a second in 1/90000: each frame lies exactly on its tick.
  Places times;
  for (std::int64_t i = 0; i < 1000; ++i) times.push_back(i * 3003);
  const AVRational rate = {30000, 1001};
  EXPECT_EQ(taken({at_rate(rate), Window(), AVRational{1, 90000}}, times).size(), 1000U);
}

TEST(Fps, TakesNothingBeforeTheStartOrWithoutATime) {
  EXPECT_EQ(taken({at_rate({1, 1}), Window(), kMilliseconds}, {-40, AV_NOPTS_VALUE, 0, 40}),
            (Places{2}));
}

TEST(Count, TakesTheMiddlesOfEqualParts) {
  EXPECT_EQ(uniform_indices(100, 4), (Places{12, 37, 62, 87}));
  EXPECT_EQ(uniform_indices(10, 1), (Places{5}));
  EXPECT_EQ(uniform_indices(3, 2), (Places{0, 2}));
}

TEST(Count, GivesEachFrameOnceWhenThereAreFewer) {
  EXPECT_EQ(uniform_indices(3, 100), (Places{0, 1, 2}));
  EXPECT_EQ(uniform_indices(3, 3), (Places{0, 1, 2}));
  EXPECT_TRUE(uniform_indices(0, 3).empty());
}

TEST(Indices, CountFromTheEndWhenNegative) {
  EXPECT_EQ(resolved_indices({0, -1, -10, 9}, 10), (Places{0, 9, 0, 9}));
  EXPECT_THROW(resolved_indices({-11}, 10), std::runtime_error);
  EXPECT_THROW(resolved_indices({10}, 10), std::runtime_error);
}

TEST(Options, OfTwoRulesExcludeEachOther) {
  EXPECT_EQ(refusal({{"video.every", {"2"}}, {"video.fps", {"3"}}}),
            "'video.every' and 'video.fps' each say which frames to give: leave one out");
  EXPECT_EQ(refusal({{"video.at", {"1s"}}, {"video.keyframes", {"true"}}}),
            "'video.at' and 'video.keyframes' each say which frames to give: leave one out");
}

TEST(Options, OfPlacesDoNotGoWithAWindow) {
  EXPECT_EQ(refusal({{"video.at", {"1s"}}, {"video.to", {"2s"}}}),
            "'video.at' names its places itself: leave out 'video.to'");
}

TEST(Options, OfAnEmptyWindowAreRefused) {
  EXPECT_EQ(refusal({{"video.from", {"2s"}}, {"video.to", {"2s"}}}),
            "'video.to' must lie behind 'video.from'");
  EXPECT_EQ(refusal({{"video.from", {"2s"}}, {"video.to", {"1%"}}}), "");
}

TEST(Options, ThatPickFramesNeedVideoAlone) {
  EXPECT_EQ(refusal({{"streams", {"both"}}, {"video.count", {"8"}}}),
            "'video.count' picks frames of a video: it needs 'streams: video'");
  EXPECT_EQ(refusal({{"streams", {"audio"}}, {"video.to", {"8s"}}}),
            "'video.to' picks frames of a video: it needs 'streams: video'");
}

}  // namespace capstan::ffmpeg
