// The hash stage against the ffmpeg tool: the whole text, headers and all.
#include <gtest/gtest.h>

#include "../test_support.hpp"

namespace capstan::ffmpeg {

namespace {

/// What `hash` makes of items of one job.
std::vector<std::string> hashed(const std::vector<Item>& items, const Values& options = {}) {
  StageHarness stage(capstan_plugin, "hash", options);
  for (const Item& item : items) {
    EXPECT_TRUE(stage.feed(item).empty());
  }
  std::vector<std::string> texts;
  for (const Item& out : stage.finish()) {
    EXPECT_EQ(out.get<Bytes>().media_type(), "text/plain");
    texts.emplace_back(out.get<Bytes>().buffer().text());
  }
  EXPECT_EQ(stage.n_charged_bytes(), 0);
  return texts;
}

/// What `ffmpeg BEFORE -i FILE AFTER -` writes, in the streams' own time.
std::string told(const std::filesystem::path& file, const std::vector<std::string>& after) {
  std::vector<std::string> command = {"ffmpeg", "-nostdin", "-v", "error", "-copyts", "-i"};
  command.push_back(file.string());
  command.insert(command.end(), after.begin(), after.end());
  command.emplace_back("-");
  return run(command);
}

std::string refusal_of(const Values& options) {
  try {
    const StageHarness stage(capstan_plugin, "hash", options);
    return "none";
  } catch (const std::invalid_argument& fault) {
    return fault.what();
  }
}

}  // namespace

TEST(Hash, TheTextOfAVideoIsTheToolsInUnitsOfItsStream) {
  for (const char* format : {"framemd5", "framecrc", "md5"}) {
    for (const char* name :
         {"clip.mp4", "clip.mkv", "edit_list.mp4", "odd_size.mp4", "ten_bit.mkv", "rotated.mp4"}) {
      const auto texts = hashed(decode(file_item(sample(name))), {{"format", {format}}});
      ASSERT_EQ(texts.size(), 1U);
      EXPECT_EQ(texts[0], told(sample(name), {"-map", "0:v:0", "-fps_mode", "passthrough",
                                              "-enc_time_base", "-1", "-f", format}))
          << name;
    }
  }
}

TEST(Hash, WithTheRatesTimeBaseItIsWhatTheToolWritesByDefault) {
  for (const char* name : {"clip.mp4", "clip.mkv", "animated.gif"}) {
    const std::string unit = name == std::string("animated.gif") ? "1/5" : "1/25";
    const auto texts = hashed(decode(file_item(sample(name))), {{"time_base", {unit}}});
    ASSERT_EQ(texts.size(), 1U);
    EXPECT_EQ(texts[0],
              told(sample(name), {"-map", "0:v:0", "-fps_mode", "passthrough", "-f", "framemd5"}))
        << name;
  }
}

TEST(Hash, PicturesOfEveryFormatAreHashedAsTheToolDoes) {
  for (const char* name : {"photo.jpg", "gray.png", "deep.png", "alpha.png", "photo.webp"}) {
    const auto texts = hashed(decode(file_item(sample(name))));
    ASSERT_EQ(texts.size(), 1U);
    EXPECT_EQ(texts[0], told(sample(name), {"-fps_mode", "passthrough", "-f", "framemd5"})) << name;
  }
}

TEST(Hash, SoundIsTimedInSamplesAsTheToolDoes) {
  const std::pair<const char*, const char*> cases[] = {{"clip.mp4", "pcm_f32le"},
                                                       {"clip.mkv", "pcm_f32le"},
                                                       {"tone.wav", "pcm_s16le"},
                                                       {"tone.flac", "pcm_s16le"},
                                                       {"cover.mp3", "pcm_f32le"}};
  for (const auto& [name, codec] : cases) {
    for (const char* format : {"framemd5", "framecrc"}) {
      const auto texts =
          hashed(decode(file_item(sample(name)), {{"streams", {"audio"}}}), {{"format", {format}}});
      ASSERT_EQ(texts.size(), 1U);
      EXPECT_EQ(texts[0], told(sample(name), {"-map", "0:a:0", "-c:a", codec, "-f", format}))
          << name;
    }
  }
}

TEST(Hash, VideoAndSoundOfAJobAreTextsOfTheirOwn) {
  const auto texts = hashed(decode(file_item(sample("clip.mp4")), {{"streams", {"both"}}}));
  ASSERT_EQ(texts.size(), 2U);
  EXPECT_NE(texts[0].find("#media_type 0: video\n"), std::string::npos);
  EXPECT_NE(texts[1].find("#media_type 0: audio\n"), std::string::npos);
}

TEST(Hash, AJobWithoutFramesGivesNothing) { EXPECT_TRUE(hashed({}).empty()); }

TEST(Hash, PicturesOfSeveralSizesAreEachHashedAsTheyAre) {
  std::vector<Item> items = decode(file_item(sample("photo.jpg")));
  items.push_back(decode(file_item(sample("alpha.png"))).at(0));
  const auto texts = hashed(items);
  ASSERT_EQ(texts.size(), 1U);
  for (const Item& item : items) {
    EXPECT_NE(texts[0].find(md5_of(item.get<VideoFrame>()) + "\n"), std::string::npos);
  }
}

TEST(Hash, ATimeThatGoesBackIsWrittenAsTheOneBefore) {
  const std::vector<Item> frames = decode(file_item(sample("clip.mp4")));
  const auto texts = hashed({frames.at(2), frames.at(1), frames.at(3)}, {{"time_base", {"1/25"}}});
  ASSERT_EQ(texts.size(), 1U);
  std::vector<std::string> times;
  std::istringstream lines(texts[0]);
  for (std::string line; std::getline(lines, line);) {
    if (line[0] != '#') times.push_back(line.substr(0, line.find(',', 3)));
  }
  EXPECT_EQ(times, (std::vector<std::string>{"0,          2", "0,          2", "0,          3"}));
}

TEST(Hash, ATimeBaseThatIsNoFractionIsRefused) {
  for (const char* text : {"25", "0/25", "1/0", "-1/25", "a/b", "1/25x", "1/99999999999"}) {
    EXPECT_EQ(refusal_of({{"time_base", {text}}}),
              std::string("'time_base' is '") + text + "': expected a fraction such as 1/25");
  }
}

TEST(Hash, TheTextIsChargedWhileItGrows) {
  StageHarness stage(capstan_plugin, "hash");
  std::int64_t n_bytes = 0;
  for (const Item& frame : decode(file_item(sample("animated.gif")))) {
    stage.feed(frame);
    EXPECT_GT(stage.n_charged_bytes(), n_bytes);
    n_bytes = stage.n_charged_bytes();
  }
  EXPECT_GT(n_bytes, 0);
}

}  // namespace capstan::ffmpeg
