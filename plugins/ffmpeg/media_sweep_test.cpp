// Compares this plugin with the installed ffmpeg tool over a folder of real media.
//
//   CAPSTAN_MEDIA=FOLDER    the folder; without it the tests are skipped
//   CAPSTAN_MEDIA_STEP=N    takes every N-th file only (default 1)
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <iostream>

#include "decode_stage.hpp"
#include "test_support.hpp"

namespace fs = std::filesystem;

namespace capstan::ffmpeg {

namespace {

/// Surroundings of a stage that keep nothing, so that long clips need no memory.
class BareContext final : public StageContext, public Logger {
 public:
  std::string_view pipeline() const noexcept override { return "sweep"; }
  std::string_view stage() const noexcept override { return "decode"; }
  Logger& log() noexcept override { return *this; }
  bool is_cancelled() const noexcept override { return false; }
  Loop& loop() override { throw std::logic_error("a sync stage has no loop"); }
  void offload(Work&) override { throw std::logic_error("a sync stage does not offload"); }
  void expect_jobs(std::uint64_t) noexcept override {}
  bool is_enabled(LogLevel) const noexcept override { return false; }
  void write(LogLevel, std::string_view) noexcept override {}

 private:
  std::shared_ptr<void> shared_object(MakeShared make, void* argument) override {
    return make(argument);
  }
};

struct Outcome {
  std::vector<std::string> sums;
  std::string failure;
};

Outcome run_decode(Item item, const Values& values) {
  Options options(kDecodeOptions, std::size(kDecodeOptions));
  for (const auto& [name, texts] : values) options.set(name, texts);
  BareContext context;
  DecodeStage stage(context, options);
  Outcome outcome;
  try {
    Item out;
    for (Step step = stage.begin(std::move(item), out); step == Step::more;
         step = stage.next(out)) {
      outcome.sums.push_back(md5_of(out.get<VideoFrame>()));
    }
  } catch (const std::exception& thrown) {
    outcome.failure = thrown.what();
  }
  return outcome;
}

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
    const std::size_t step = step_text ? std::max(std::atoi(step_text), 1) : 1;
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
  int n_disagreed() const { return n_compared_ - n_agreed_; }

 private:
  const char* what_;
  int n_compared_ = 0;
  int n_agreed_ = 0;
};

const std::vector<std::string> kSameTimes = {"-map", "0:v:0", "-fps_mode", "passthrough"};

}  // namespace

TEST(MediaSweep, AllFramesEqualFramemd5) {
  Sweep sweep("all frames");
  if (Sweep::files().empty()) GTEST_SKIP() << "set CAPSTAN_MEDIA to a folder of media";
  for (const fs::path& file : Sweep::files()) {
    const auto theirs = tool_md5({"-noautorotate", "-threads", "1"}, file, kSameTimes);
    const Outcome ours =
        run_decode(file_item(file), {{"video.rotate", {"false"}}, {"video.stream", {"0"}}});
    if (theirs.empty() && ours.sums.empty() && !ours.failure.empty()) continue;
    sweep.compare(file, ours, theirs);
  }
  EXPECT_EQ(sweep.n_disagreed(), 0);
}

}  // namespace capstan::ffmpeg
