// Compares this plugin with the installed ffmpeg tool over a folder of real media.
//
//   CAPSTAN_MEDIA=FOLDER    the folder; without it the tests are skipped
//   CAPSTAN_MEDIA_STEP=N    takes every N-th file (default 3, so that it ends in two minutes)
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <sstream>

#include "../sampling/reference_selection.hpp"

namespace fs = std::filesystem;

namespace capstan::ffmpeg {

namespace {

/// The files to compare, and what became of them. Prints each disagreement as it is found.
class Sweep {
 public:
  explicit Sweep(const char* what) : what_(what) {}
  ~Sweep() {
    std::cout << what_ << ": " << n_compared_ << " compared, " << n_agreed_ << " agree\n";
  }

  static std::vector<fs::path> files() {
    const char* folder = std::getenv("CAPSTAN_MEDIA");
    if (!folder) return {};
    std::vector<fs::path> all;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.is_regular_file()) all.push_back(entry.path());
    }
    std::sort(all.begin(), all.end());
    const char* step_text = std::getenv("CAPSTAN_MEDIA_STEP");
    const std::size_t step = step_text ? std::max(std::atoi(step_text), 1) : 3;
    std::vector<fs::path> chosen;
    for (std::size_t i = 0; i < all.size(); i += step) chosen.push_back(all[i]);
    return chosen;
  }

  void compare(const fs::path& file, const Outcome& ours, const std::vector<std::string>& theirs) {
    ++n_compared_;
    if (ours.sums == theirs) {
      ++n_agreed_;
      return;
    }
    std::size_t n_same = 0;
    while (n_same < std::min(ours.sums.size(), theirs.size()) &&
           ours.sums[n_same] == theirs[n_same]) {
      ++n_same;
    }
    std::cout << "  " << what_ << ": " << file.string() << ": " << ours.sums.size()
              << " frames, ffmpeg " << theirs.size() << ", first " << n_same << " equal"
              << (ours.failure.empty() ? "" : "; ") << ours.failure << "\n";
  }
  int n_compared() const { return n_compared_; }
  int n_disagreed() const { return n_compared_ - n_agreed_; }

 private:
  const char* what_;
  int n_compared_ = 0;
  int n_agreed_ = 0;
};

const std::vector<std::string> kAllFrames = {"-map", "0:v:0",     "-autoscale",
                                             "0",    "-fps_mode", "passthrough"};

struct Times {
  std::int64_t start_us = 0;
  std::int64_t duration_us = 0;  // 0 when unknown
};

Times probe_times(const fs::path& file) {
  const std::string text =
      run({"ffprobe", "-v", "error", "-show_entries", "format=start_time,duration", "-of",
           "default=noprint_wrappers=1:nokey=1", file.string()});
  std::istringstream lines(text);
  std::string start, duration;
  std::getline(lines, start);
  std::getline(lines, duration);
  Times times;
  times.start_us = std::llround(std::strtod(start.c_str(), nullptr) * 1e6);
  times.duration_us = std::llround(std::strtod(duration.c_str(), nullptr) * 1e6);
  return times;
}

std::string seconds(std::int64_t time_us) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.6f", static_cast<double>(time_us) * 1e-6);
  return text;
}

/// The frame a full decode has at a time: the first at or after it, else the last. Times are
/// compared in the stream's unit, to which ffmpeg rounds -ss.
std::string frame_at(const Outcome& all, std::int64_t time_us) {
  const std::int64_t wanted = av_rescale_q(time_us, AV_TIME_BASE_Q, all.time_base);
  for (std::size_t i = 0; i < all.sums.size(); ++i) {
    if (all.pts[i] >= wanted) return all.sums[i];
  }
  return all.sums.back();
}

std::string place_in(const Outcome& all, const std::string& sum) {
  const auto found = std::find(all.sums.begin(), all.sums.end(), sum);
  if (found == all.sums.end()) return "a picture of no frame";
  const auto i = static_cast<std::size_t>(found - all.sums.begin());
  return "frame " + std::to_string(i) + " at " +
         seconds(av_rescale_q(all.pts[i], all.time_base, AV_TIME_BASE_Q));
}

}  // namespace

TEST(MediaSweep, AllFramesEqualFramemd5) {
  if (Sweep::files().empty()) GTEST_SKIP() << "set CAPSTAN_MEDIA to a folder of media";
  Sweep sweep("all frames");
  for (const fs::path& file : Sweep::files()) {
    const auto theirs = tool_md5({"-noautorotate", "-threads", "1"}, file, kAllFrames);
    const Outcome ours =
        run_decode(file_item(file), {{"video.rotate", {"false"}}, {"video.stream", {"0"}}});
    if (!ours.failure.empty()) {
      std::cout << "  refused: " << file.string() << ": " << theirs.size() << " frames; "
                << ours.failure << "\n";
    }
    if (theirs.empty() && ours.sums.empty() && !ours.failure.empty()) continue;
    sweep.compare(file, ours, theirs);
  }
  EXPECT_EQ(sweep.n_disagreed(), 0);
}

TEST(MediaSweep, CodecThreadsChangeNothing) {
  if (Sweep::files().empty()) GTEST_SKIP() << "set CAPSTAN_MEDIA to a folder of media";
  Sweep sweep("with codec threads, against without");
  for (const fs::path& file : Sweep::files()) {
    const Outcome one = run_decode(file_item(file), {{"video.threads", {"1"}}});
    const Outcome three = run_decode(file_item(file), {{"video.threads", {"3"}}});
    EXPECT_EQ(three.pts, one.pts) << file;
    // FFmpeg 5.1 finds no frame in AVIF, and the reason that it gives is a matter of chance.
    if (!one.sums.empty()) {
      EXPECT_EQ(three.failure, one.failure) << file;
    }
    sweep.compare(file, three, one.sums);
  }
  EXPECT_EQ(sweep.n_disagreed(), 0);
}

TEST(MediaSweep, SampledFramesEqualThoseOfAFullDecode) {
  if (Sweep::files().empty()) GTEST_SKIP() << "set CAPSTAN_MEDIA to a folder of media";
  Sweep full("sampled, against all frames");
  Sweep tool("sampled, against ffmpeg -ss");
  int n_nothing = 0;
  for (const fs::path& file : Sweep::files()) {
    const Outcome all = run_decode(file_item(file), {{"on_corrupt", {"conceal"}}});
    if (all.sums.empty()) continue;
    const Times times = probe_times(file);
    std::vector<std::int64_t> places_us = {0};
    if (times.duration_us > 0 && all.sums.size() > 1) {
      for (const int percent : {10, 50, 90}) places_us.push_back(times.duration_us * percent / 100);
    }
    Values options;
    std::vector<std::string> from_all, from_tool;
    for (const std::int64_t place_us : places_us) {
      options["video.at"].push_back(seconds(place_us) + "s");
      from_all.push_back(frame_at(all, times.start_us + place_us));
      // With -ss, even of 0, ffmpeg reads nothing at all from single images and raw streams.
      const std::vector<std::string> seek = {"-ss", seconds(place_us)};
      const auto given = tool_md5(place_us ? seek : std::vector<std::string>(), file,
                                  {"-an", "-sn", "-dn", "-frames:v", "1"});
      // ffmpeg gives nothing behind the last frame, we give that.
      n_nothing += given.empty();
      from_tool.push_back(given.empty() ? from_all.back() : given[0]);
    }
    const Outcome ours = run_decode(file_item(file), options);
    for (std::size_t i = 0; i < std::min(places_us.size(), ours.sums.size()); ++i) {
      if (ours.sums[i] == from_tool[i]) continue;
      std::cout << "    at " << seconds(places_us[i]) << ": " << place_in(all, ours.sums[i])
                << ", ffmpeg -ss " << place_in(all, from_tool[i]) << "\n";
    }
    full.compare(file, ours, from_all);
    tool.compare(file, ours, from_tool);
  }
  std::cout << "places where ffmpeg -ss gives nothing: " << n_nothing << "\n";
  EXPECT_EQ(full.n_disagreed(), 0);
  // Where ffmpeg's own seek is off, its frame is not that of a full decode: those are printed, and
  // few.
  EXPECT_LE(tool.n_disagreed(), 1 + tool.n_compared() / 20);
}

TEST(MediaSweep, FramesOfEveryRuleEqualThoseOfAFullDecode) {
  if (Sweep::files().empty()) GTEST_SKIP() << "set CAPSTAN_MEDIA to a folder of media";
  Sweep sweep("by rule, against all frames");
  for (const fs::path& file : Sweep::files()) {
    const Outcome all = run_decode(file_item(file), {});
    if (!all.failure.empty()) continue;  // what damage costs is only known once all is decoded
    const Times times = probe_times(file);
    std::vector<Values> rules = all_rules();
    if (times.duration_us > 0) {
      for (Values options : all_rules()) {
        options["video.from"] = {seconds(times.duration_us / 5) + "s"};
        options["video.to"] = {seconds(times.duration_us / 5 * 3) + "s"};
        rules.push_back(options);
      }
    }
    for (const Values& options : rules) {
      std::vector<std::string> expected;
      try {
        expected = reference_selection(all, options, times.start_us);
      } catch (const std::out_of_range&) {
        continue;  // the window holds no frame whose index could be given
      }
      const Outcome ours = run_decode(file_item(file), options);
      if (ours.sums != expected) std::cout << "    " << text_of(options) << "\n";
      sweep.compare(file, ours, expected);
    }
  }
  EXPECT_EQ(sweep.n_disagreed(), 0);
}

TEST(MediaSweep, AudioSamplesEqualThoseOfTheTool) {
  if (Sweep::files().empty()) GTEST_SKIP() << "set CAPSTAN_MEDIA to a folder of media";
  const std::map<std::string, std::string> codecs = {{"u8", "pcm_u8"},
                                                     {"s16", "pcm_s16le"},
                                                     {"s32", "pcm_s32le"},
                                                     {"flt", "pcm_f32le"},
                                                     {"dbl", "pcm_f64le"}};
  Sweep sweep("audio");
  for (const fs::path& file : Sweep::files()) {
    std::string samples, format;
    Outcome ours;
    ours.failure = for_each_output(file_item(file), {{"streams", {"audio"}}}, [&](const Item& out) {
      samples += interleaved_samples(out.get<AudioFrame>());
      format = out.get<AudioFrame>().format.view();
    });
    if (samples.empty()) continue;
    if (format.back() == 'p') format.pop_back();
    ours.sums = {md5_of(samples)};
    const std::string line =
        run({"ffmpeg", "-nostdin", "-v", "error", "-threads", "1", "-i", file.string(), "-vn",
             "-sn", "-dn", "-c:a", codecs.at(format), "-f", "md5", "-"});
    sweep.compare(file, ours, {line.substr(4, 32)});
    if (!ours.failure.empty()) {
      std::cout << "  refused: " << file.string() << ": " << ours.failure << "\n";
    }
  }
  EXPECT_EQ(sweep.n_disagreed(), 0);
}

TEST(MediaSweep, ConvertedSoundEqualsThatOfTheTool) {
  if (Sweep::files().empty()) GTEST_SKIP() << "set CAPSTAN_MEDIA to a folder of media";
  Sweep sweep("mono of 16 kHz");
  const Values options = {{"streams", {"audio"}},
                          {"audio.rate", {"16000"}},
                          {"audio.channels", {"1"}},
                          {"audio.format", {"flt"}},
                          {"audio.samples", {"1000"}}};
  for (const fs::path& file : Sweep::files()) {
    std::string samples;
    Outcome ours;
    ours.failure = for_each_output(file_item(file), options, [&](const Item& out) {
      samples += interleaved_samples(out.get<AudioFrame>());
    });
    if (samples.empty()) continue;
    ours.sums = {md5_of(samples)};
    const std::string line =
        run({"ffmpeg", "-nostdin", "-v", "error", "-threads", "1", "-i", file.string(), "-vn",
             "-sn", "-dn", "-af", "aformat=sample_fmts=flt:sample_rates=16000:channel_layouts=mono",
             "-c:a", "pcm_f32le", "-f", "md5", "-"});
    sweep.compare(file, ours, {line.substr(4, 32)});
  }
  EXPECT_EQ(sweep.n_disagreed(), 0);
}

TEST(MediaSweep, ScaledFramesEqualTheScaleFilter) {
  if (Sweep::files().empty()) GTEST_SKIP() << "set CAPSTAN_MEDIA to a folder of media";
  Sweep sweep("scaled");
  for (const fs::path& file : Sweep::files()) {
    const Outcome ours =
        run_decode(file_item(file), {{"video.at", {"0s"}}, {"video.size", {"320x-1"}}});
    if (ours.sums.empty()) continue;
    const std::string filters = "scale=320:-1,format=" + ours.format;
    const auto theirs = tool_md5({}, file, {"-an", "-sn", "-dn", "-vf", filters, "-frames:v", "1"});
    sweep.compare(file, ours, theirs);
  }
  EXPECT_LE(sweep.n_disagreed(), sweep.n_compared() / 20);
}

}  // namespace capstan::ffmpeg
