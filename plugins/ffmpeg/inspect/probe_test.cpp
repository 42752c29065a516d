// The probe stage against ffprobe: every field that both know.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>

#include "../test_support.hpp"

namespace capstan::ffmpeg {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

Json parsed(const std::vector<Item>& items) {
  const auto& bytes = items.at(0).get<Bytes>();
  EXPECT_EQ(bytes.media_type(), "application/json");
  return Json::parse(bytes.buffer().text());
}

Json probe(Item item) {
  StageHarness stage(capstan_plugin, "probe");
  return parsed(stage.feed(std::move(item)));
}

std::string probe_failure(Item item) {
  StageHarness stage(capstan_plugin, "probe");
  try {
    stage.feed(std::move(item));
    return "none";
  } catch (const StageFailed& failure) {
    return failure.what();
  }
}

Json ffprobe(const fs::path& file) {
  return Json::parse(run({"ffprobe", "-v", "quiet", "-print_format", "json", "-show_format",
                          "-show_streams", "-show_chapters", file.string()}));
}

/// A number from either side's form: 25, "25", "25.000000", true.
double number_of(const Json& value) {
  if (value.is_boolean()) return value.get<bool>() ? 1 : 0;
  if (value.is_number()) return value.get<double>();
  return std::strtod(value.get<std::string>().c_str(), nullptr);
}

bool is_same(const Json& ours, const Json& theirs) {
  if (ours.is_string()) return ours == theirs;
  return std::fabs(number_of(ours) - number_of(theirs)) < 1e-6;
}

/// What ffprobe has under these names must be there, or be one of its ways to say "unknown".
const std::set<std::string> kNames = {"index",
                                      "codec_name",
                                      "codec_long_name",
                                      "profile",
                                      "codec_type",
                                      "width",
                                      "height",
                                      "has_b_frames",
                                      "pix_fmt",
                                      "level",
                                      "color_range",
                                      "color_space",
                                      "color_transfer",
                                      "color_primaries",
                                      "field_order",
                                      "sample_aspect_ratio",
                                      "r_frame_rate",
                                      "avg_frame_rate",
                                      "time_base",
                                      "display_aspect_ratio",
                                      "start_time",
                                      "duration",
                                      "start_pts",
                                      "duration_ts",
                                      "bit_rate",
                                      "sample_fmt",
                                      "sample_rate",
                                      "channels",
                                      "channel_layout",
                                      "nb_frames",
                                      "nb_streams",
                                      "format_name",
                                      "size",
                                      "format_long_name",
                                      "start",
                                      "end",
                                      "id",
                                      "end_time",
                                      "disposition",
                                      "tags"};

bool is_unknown(const Json& value) {
  return value == "0/0" || value == "0:0" || value == "unknown" || value == "0" || value == -99;
}

int rotation_of(const Json& stream) {
  for (const Json& entry : stream.value("side_data_list", Json::array())) {
    if (entry.contains("rotation")) return (360 - entry["rotation"].get<int>()) % 360;
  }
  return 0;
}

/// Appends what differs, as "streams[0].width: 320, ffprobe 321".
void compare(const Json& ours, const Json& theirs, const std::string& path,
             std::vector<std::string>& faults) {
  for (const auto& [name, value] : ours.items()) {
    if (name == "orientation" || (name == "rotation" && ours.contains("orientation"))) {
      continue;  // EXIF, which ffprobe does not read
    }
    if (name == "rotation") {
      if (value.get<int>() != rotation_of(theirs)) faults.push_back(path + ": rotation");
    } else if (!theirs.contains(name)) {
      const bool is_empty_map = value.is_object() && value.empty();
      if (!is_empty_map) faults.push_back(path + "." + name + ": ffprobe has none");
    } else if (value.is_object()) {
      compare(value, theirs[name], path + "." + name, faults);
    } else if (!is_same(value, theirs[name])) {
      faults.push_back(path + "." + name + ": " + value.dump() + ", ffprobe " +
                       theirs[name].dump());
    }
  }
  for (const auto& [name, value] : theirs.items()) {
    if (kNames.count(name) && !ours.contains(name) && !is_unknown(value)) {
      faults.push_back(path + "." + name + " is missing, ffprobe " + value.dump());
    }
  }
}

std::vector<std::string> differences(const Json& ours, const Json& theirs) {
  std::vector<std::string> faults;
  compare(ours.at("format"), theirs.at("format"), "format", faults);
  for (const char* list : {"streams", "chapters"}) {
    if (ours.at(list).size() != theirs.at(list).size()) {
      faults.push_back(std::string(list) + ": another number of them");
      continue;
    }
    for (std::size_t i = 0; i < ours.at(list).size(); ++i) {
      compare(ours[list][i], theirs[list][i], list + ("[" + std::to_string(i) + "]"), faults);
    }
  }
  return faults;
}

const char* const kSamples[] = {"clip.mp4",    "clip.mkv",     "clip.ts",       "clip.264",
                                "clip.webm",   "clip.avi",     "vfr.mp4",       "edit_list.mp4",
                                "bt709.mp4",   "photo.jpg",    "gray.png",      "deep.png",
                                "rotated.mp4", "animated.gif", "tone.wav",      "tone.flac",
                                "cover.mp3",   "photo.webp",   "truncated.mp4", "truncated.mkv"};

}  // namespace

TEST(Probe, SaysWhatFfprobeSays) {
  for (const char* name : kSamples) {
    EXPECT_EQ(differences(probe(file_item(sample(name))), ffprobe(sample(name))),
              std::vector<std::string>())
        << name;
  }
}

TEST(Probe, BytesAreTheSameAsTheFile) {
  for (const char* name : {"clip.mp4", "clip.mkv", "tone.wav", "cover.mp3"}) {
    Json file = probe(file_item(sample(name)));
    file["format"].erase("filename");
    EXPECT_EQ(probe(bytes_item(sample(name))), file) << name;
    EXPECT_EQ(probe(bytes_item(sample(name), "a name"))["format"]["filename"], "a name");
  }
}

TEST(Probe, TellsHowFarAPictureIsToBeTurned) {
  EXPECT_EQ(probe(file_item(sample("rotated.mp4")))["streams"][0]["rotation"],
            rotation_of(ffprobe(sample("rotated.mp4"))["streams"][0]));
  EXPECT_FALSE(probe(file_item(sample("clip.mp4")))["streams"][0].contains("rotation"));
}

TEST(Probe, TellsHowAPhotographIsToBeTurned) {
  for (const Item& item : {file_item(sample("turned.jpg")), bytes_item(sample("turned.jpg"))}) {
    const Json stream = probe(item)["streams"][0];
    EXPECT_EQ(stream["orientation"], 6);
    EXPECT_EQ(stream["rotation"], 90);
  }
  EXPECT_FALSE(probe(file_item(sample("photo.jpg")))["streams"][0].contains("orientation"));
}

TEST(Probe, ChaptersAndLanguagesAreThere) {
  const Json about = probe(file_item(sample("chapters.mkv")));
  EXPECT_EQ(about["streams"][0]["tags"]["language"], "deu");
  EXPECT_EQ(about["streams"][0]["disposition"]["default"], true);
  ASSERT_EQ(about["chapters"].size(), 2U);
  EXPECT_EQ(about["chapters"][1]["tags"]["title"], "Zwei");
  EXPECT_EQ(about["chapters"][1]["start_time"], 0.5);
  EXPECT_EQ(differences(about, ffprobe(sample("chapters.mkv"))), std::vector<std::string>());
}

TEST(Probe, WhatIsNoUtf8IsMarkedAsSuch) {
  const Json about = probe(file_item(sample("latin1.mp4")));
  EXPECT_EQ(about["format"]["tags"]["title"], "Caf\xEF\xBF\xBD");
}

TEST(Probe, WhatCannotBeOpenedFailsAsInDecode) {
  for (const char* name : {"empty.mp4", "text.mp4", "no_moov.mp4", "list.ffconcat"}) {
    EXPECT_EQ(probe_failure(file_item(sample(name))), decode_failure(file_item(sample(name))))
        << name;
  }
  EXPECT_NE(probe_failure(file_item("http://localhost/a.mp4")).find("is a URL"), std::string::npos);
}

TEST(Probe, SaysOfRealMediaWhatFfprobeSays) {
  const char* folder = std::getenv("CAPSTAN_MEDIA");
  if (!folder) GTEST_SKIP() << "set CAPSTAN_MEDIA to a folder of media";
  // Every N-th file: asking ffprobe takes a while.
  const char* step_text = std::getenv("CAPSTAN_MEDIA_STEP");
  const int step = step_text ? std::max(std::atoi(step_text), 1) : 12;
  int n_files = 0, n_compared = 0, n_refused = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    // Of still AVIF FFmpeg 5.1 reads memory that it never set: each run says something else.
    if (!entry.is_regular_file() || entry.path().extension() == ".avif") continue;
    if (n_files++ % step != 0) continue;
    const Json theirs = ffprobe(entry.path());
    if (!theirs.contains("format")) continue;
    StageHarness stage(capstan_plugin, "probe");
    try {
      const auto faults = differences(parsed(stage.feed(file_item(entry.path()))), theirs);
      EXPECT_EQ(faults, std::vector<std::string>()) << entry.path();
      ++n_compared;
    } catch (const StageFailed& failure) {
      std::cout << "  refused: " << entry.path() << ": " << failure.what() << '\n';
      ++n_refused;
    }
  }
  std::cout << n_compared << " compared, " << n_refused << " refused\n";
  EXPECT_GT(n_compared, n_refused);
}

}  // namespace capstan::ffmpeg
