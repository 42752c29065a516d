// Sampled frames are those of a full decode, whatever the rule and the container.
#include <gtest/gtest.h>

#include "../decode/decode_session.hpp"
#include "reference_selection.hpp"

namespace capstan::ffmpeg {

namespace {

std::int64_t start_us_of(const std::filesystem::path& file) {
  const std::string text = run({"ffprobe", "-v", "error", "-show_entries", "format=start_time",
                                "-of", "default=noprint_wrappers=1:nokey=1", file.string()});
  return std::llround(std::strtod(text.c_str(), nullptr) * 1e6);
}

std::vector<std::string> decode_sums(Item item, const Values& options) {
  return md5_of(decode(std::move(item), options));
}

/// Runs the parts of the stage on one input, with a look at what they do.
struct Trial {
  explicit Trial(const std::string& name, std::size_t max_held_bytes = std::size_t{8} << 20)
      : item(file_item(sample(name))),
        reader(InputSource(item, context.input_rules()), ReadSettings(), [] { return false; }),
        max_held_bytes(max_held_bytes) {}

  std::vector<std::int64_t> times_of(const Selection& selection) {
    SelectedFrames frames(reader, selection, max_held_bytes);
    std::vector<std::int64_t> times;
    while (const AvFramePtr frame = frames.next()) times.push_back(frame->pts);
    is_planned = frames.is_planned();
    return times;
  }

  std::vector<std::int64_t> times_at(const std::vector<Position>& places) {
    Sampler sampler(reader, places, max_held_bytes);
    std::vector<std::int64_t> times;
    while (const AvFramePtr frame = sampler.next()) {
      times.push_back(frame->pts);
      is_planned |= sampler.is_planned();
    }
    return times;
  }

  BareContext context;
  LogSink sink{context.log()};
  LogScope scope{sink};
  Item item;
  FrameReader reader;
  std::size_t max_held_bytes;
  bool is_planned = false;
};

Selection indices(std::vector<std::int64_t> wanted) {
  Selection selection;
  selection.rule = SelectionRule::frames;
  selection.indices = std::move(wanted);
  return selection;
}

Position at_time(std::chrono::nanoseconds time) { return {Position::Kind::time, time, 0}; }

}  // namespace

class SampledFrames : public testing::TestWithParam<const char*> {
 protected:
  std::filesystem::path file() const { return sample(GetParam()); }

  void expect_reference(const std::vector<Values>& rules) {
    const Outcome all = run_decode(file_item(file()), {});
    const std::int64_t start_us = start_us_of(file());
    ASSERT_FALSE(all.sums.empty());
    for (const Values& options : rules) {
      EXPECT_EQ(run_decode(file_item(file()), options).sums,
                reference_selection(all, options, start_us))
          << text_of(options);
    }
  }
};

TEST_P(SampledFrames, AreThoseOfAFullDecode) { expect_reference(all_rules()); }

TEST_P(SampledFrames, OfAWindowAreThoseOfTheSliceOfAFullDecode) {
  std::vector<Values> rules = all_rules();
  rules.emplace_back();
  for (Values& options : rules) {
    options["video.from"] = {"0.2s"};
    options["video.to"] = {"0.72s"};
  }
  expect_reference(rules);
}

TEST_P(SampledFrames, AtPlacesInAnyOrderAreThoseOfAFullDecode) {
  const Outcome all = run_decode(file_item(file()), {});
  const std::int64_t start_us = start_us_of(file());
  Values options;
  std::vector<std::string> expected;
  for (const int place_ms :
       {3000, 1200, 1240, 1250, 1250, 3900, 2000, 2990, 3010, 40, 1300, 9000, 2500, 0}) {
    options["video.at"].push_back(std::to_string(place_ms) + "ms");
    const std::int64_t wanted =
        av_rescale_q(start_us + place_ms * 1000, AV_TIME_BASE_Q, all.time_base);
    const auto at = std::lower_bound(all.pts.begin(), all.pts.end() - 1, wanted);
    expected.push_back(all.sums[static_cast<std::size_t>(at - all.pts.begin())]);
  }
  EXPECT_EQ(run_decode(file_item(file()), options).sums, expected);
}

TEST_P(SampledFrames, AreTheSameFromBytes) {
  const Values options = {{"video.count", {"5"}}};
  EXPECT_EQ(decode_sums(bytes_item(file()), options), decode_sums(file_item(file()), options));
}

INSTANTIATE_TEST_SUITE_P(Samples, SampledFrames,
                         testing::Values("clip.mp4", "clip.mkv", "clip.ts", "clip.webm", "clip.avi",
                                         "edit_list.mp4", "rotated.mp4", "vfr.mp4", "odd_size.mp4",
                                         "ten_bit.mkv", "open_gop.mp4", "open_gop_hevc.mp4",
                                         "hevc.ts", "interlaced.mkv"));

class Images : public testing::TestWithParam<const char*> {};

TEST_P(Images, AreVideoOfOneFrameToEveryRule) {
  const auto whole = decode_sums(file_item(sample(GetParam())), {});
  for (const Values& options :
       {Values{{"video.count", {"8"}}}, Values{{"video.keyframes", {"true"}}},
        Values{{"video.frames", {"0"}}}, Values{{"video.every", {"2"}}}}) {
    EXPECT_EQ(decode_sums(file_item(sample(GetParam())), options), whole) << text_of(options);
  }
}

INSTANTIATE_TEST_SUITE_P(Samples, Images,
                         testing::Values("photo.jpg", "gray.png", "alpha.png", "photo.webp"));

TEST(Windows, AreHalfOpen) {
  const auto file = sample("clip.mp4");  // frames at 0, 0.04, 0.08, ...
  const auto all = decode_sums(file_item(file), {});
  const Values first = {{"video.from", {"0s"}}, {"video.to", {"0.04s"}}};
  EXPECT_EQ(decode_sums(file_item(file), first),
            std::vector<std::string>(all.begin(), all.begin() + 1));
  const Values second = {{"video.from", {"0.04s"}}, {"video.to", {"0.08s"}}};
  EXPECT_EQ(decode_sums(file_item(file), second),
            std::vector<std::string>(all.begin() + 1, all.begin() + 2));
}

TEST(Windows, OfASingleKeyframeClipAreTheSliceOfAFullDecode) {
  const auto file = sample("one_keyframe.mp4");
  const auto all = decode_sums(file_item(file), {});
  const Values window = {{"video.from", {"1.2s"}}, {"video.to", {"2s"}}};
  EXPECT_EQ(decode_sums(file_item(file), window),
            std::vector<std::string>(all.begin() + 30, all.begin() + 50));
}

TEST(Windows, MayBeSharesOfTheDuration) {
  const auto file = sample("clip.ts");
  const auto all = decode_sums(file_item(file), {});
  const auto half = decode_sums(file_item(file), {{"video.from", {"50%"}}});
  EXPECT_EQ(half, std::vector<std::string>(all.end() - 50, all.end()));
}

TEST(Windows, WithoutAnyFrameFailTheJob) {
  EXPECT_EQ(decode_failure(file_item(sample("clip.mp4")), {{"video.from", {"1h"}}}),
            "no frame of the input is among those that were asked for");
  EXPECT_EQ(decode_failure(file_item(sample("clip.mp4")),
                           {{"video.from", {"90%"}}, {"video.to", {"1s"}}}),
            "'video.to' does not lie behind 'video.from' in this input");
}

TEST(FrameIndices, OutsideTheVideoAreNamed) {
  for (const char* name : {"clip.mp4", "clip.avi"}) {
    const int n = static_cast<int>(decode(file_item(sample(name))).size());
    const std::string are_there = std::to_string(n) + " frames are there";
    EXPECT_EQ(decode_failure(file_item(sample(name)), {{"video.frames", {"1", "1000"}}}),
              "there is no frame 1000 ('video.frames'): " + are_there);
    EXPECT_EQ(decode_failure(file_item(sample(name)), {{"video.frames", {"-1000"}}}),
              "there is no frame -1000 ('video.frames'): " + are_there);
  }
}

TEST(Plans, DecodeOnlyWhatTheWantedFramesNeed) {
  Trial trial("clip.mp4");  // 100 frames, a keyframe every 12, two frames of three disposable
  EXPECT_EQ(trial.times_of(indices({13, 60, 61})).size(), 3U);
  EXPECT_TRUE(trial.is_planned);
  EXPECT_LT(trial.reader.video_decoder().damage().n_packets, 12);
}

TEST(Plans, OfAPlaceDecodeOnlyWhatItsFrameNeeds) {
  // The last of 12 from its keyframe on, four of which are disposable.
  for (const std::size_t max_held_bytes : {std::size_t{8} << 20U, std::size_t{0}}) {
    Trial trial("clip.mp4", max_held_bytes);
    EXPECT_EQ(trial.times_at({at_time(std::chrono::milliseconds(2840))}).size(), 1U);
    EXPECT_TRUE(trial.is_planned);
    EXPECT_LE(trial.reader.video_decoder().damage().n_packets, 8);
  }
}

TEST(Plans, OfPlacesNearEachOtherAreOne) {
  Trial trial("clip.mp4");
  std::vector<Position> places;
  for (int i = 0; i < 10; ++i) places.push_back(at_time(std::chrono::milliseconds(2000 + 40 * i)));
  EXPECT_EQ(trial.times_at(places).size(), 10U);
  EXPECT_TRUE(trial.is_planned);
  EXPECT_LE(trial.reader.video_decoder().damage().n_packets, 12);
}

TEST(Plans, ChargeThePacketsThatTheyKeep) {
  for (const Values& options :
       {Values{{"video.count", {"3"}}}, Values{{"video.at", {"2s", "3s"}}}}) {
    StageHarness stage(capstan_plugin, "decode", options);
    stage.begin(file_item(sample("clip.mp4")));
    EXPECT_GT(stage.n_charged_bytes(), 1000) << text_of(options);
    while (!stage.is_done()) stage.step();
    EXPECT_EQ(stage.n_charged_bytes(), 0) << text_of(options);
  }
}

TEST(Plans, GiveTheSameFramesBySeeking) {
  for (const char* name : {"clip.mp4", "clip.mkv", "clip.ts", "hevc.ts", "open_gop.mp4"}) {
    const Selection selection = indices({70, 95, 20, 3});
    Trial held(name);
    Trial sought(name, 0);
    const auto times = held.times_of(selection);
    EXPECT_EQ(times.size(), 4U);
    EXPECT_EQ(sought.times_of(selection), times) << name;
    EXPECT_TRUE(sought.is_planned) << name;
  }
}

TEST(Plans, OfAWindowReadOnlyThere) {
  Trial trial("clip.mkv");
  Selection selection;
  selection.from = at_time(std::chrono::milliseconds(2500));
  selection.to = at_time(std::chrono::milliseconds(2700));
  EXPECT_EQ(trial.times_of(selection).size(), 5U);
  EXPECT_TRUE(trial.is_planned);
}

TEST(Plans, ThatMeetDamageAreGivenUpForAFullDecode) {
  const auto all = run_decode(file_item(sample("damaged.mp4")), {{"on_corrupt", {"conceal"}}});
  const Values every = {{"video.every", {"2"}}, {"on_corrupt", {"conceal"}}};
  EXPECT_EQ(run_decode(file_item(sample("damaged.mp4")), every).sums,
            reference_selection(all, every, 0));
}

TEST(Plans, AreNotMadeWhereTimesAreMissing) {
  Trial trial("clip.264");
  EXPECT_EQ(trial.times_of(indices({5})).size(), 1U);
  EXPECT_FALSE(trial.is_planned);
}

TEST(Plans, AreNotMadeByRankWhereAPacketMayGiveNoFrame) {
  Trial trial("interlaced.mkv");
  EXPECT_EQ(trial.times_of(indices({5})).size(), 1U);
  EXPECT_FALSE(trial.is_planned);
}

}  // namespace capstan::ffmpeg
