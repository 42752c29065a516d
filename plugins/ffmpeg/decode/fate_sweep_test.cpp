// Compares this plugin with the installed ffmpeg tool over the cases of FFmpeg's own test suite
// that decode and do nothing else, with the decoder options that each case names.
//
//   CAPSTAN_MEDIA=FOLDER    holds fate/cases.tsv; without it the test is skipped
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>

#include "bare_decode.hpp"

namespace fs = std::filesystem;

namespace capstan::ffmpeg {

namespace {

struct Case {
  std::string name;
  std::string command;
};

std::vector<Case> cases_of(const fs::path& table) {
  std::vector<Case> cases;
  std::ifstream lines(table);
  std::string line;
  std::getline(lines, line);  // the names of the columns
  while (std::getline(lines, line)) {
    std::vector<std::string> cells;
    std::istringstream row(line);
    for (std::string cell; std::getline(row, cell, '\t');) cells.push_back(cell);
    if (cells.size() >= 7) cases.push_back({cells[0], cells[6]});
  }
  return cases;
}

/// The case as this plugin and the tool can both do it.
struct Task {
  fs::path file;
  std::vector<std::string> decoder_options;  // name=value
  std::vector<std::string> tool_options;
};

bool is_any_of(const std::string& word, std::initializer_list<const char*> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// What the command says before its input; nothing when it needs more than decoder options.
std::optional<Task> task_of(const Case& given, const fs::path& folder, std::string& reason) {
  Task task;
  std::istringstream words(given.command);
  std::string word, value;
  words >> word;  // ffmpeg
  while (words >> word && word != "-i") {
    if (is_any_of(word, {"-nostdin", "-nostats", "-y", "-noauto_conversion_filters",
                         "-auto_conversion_filters"})) {
      continue;
    }
    words >> value;
    // The rate of a raw stream changes times alone, which are not compared.
    if (is_any_of(word, {"-cpuflags", "-hwaccel", "-threads", "-thread_type", "-framerate"})) {
      continue;
    }
    if (!is_any_of(word, {"-idct", "-flags", "-layer"})) {
      reason = "needs " + word;
      return std::nullopt;
    }
    if (value.size() > 1 && value.front() == '"') value = value.substr(1, value.size() - 2);
    task.decoder_options.push_back(word.substr(1) + "=" + value);
    task.tool_options.insert(task.tool_options.end(), {word, value});
  }
  words >> word;
  task.file = folder / word;
  if (!fs::exists(task.file)) {
    reason = "the sample is not there";
    return std::nullopt;
  }
  return task;
}

}  // namespace

TEST(FateSweep, FramesEqualThoseOfTheTool) {
  const char* media = std::getenv("CAPSTAN_MEDIA");
  const fs::path folder = fs::path(media ? media : "") / "fate";
  if (!media || !fs::exists(folder / "cases.tsv")) GTEST_SKIP() << "no fate/cases.tsv";
  int n_compared = 0, n_without_video = 0;
  for (const Case& given : cases_of(folder / "cases.tsv")) {
    std::string reason;
    const auto task = task_of(given, folder, reason);
    if (!task) {
      std::cout << "  left out: " << given.name << ": " << reason << "\n";
      continue;
    }
    std::vector<std::string> before = {"-noautorotate", "-threads", "1"};
    before.insert(before.end(), task->tool_options.begin(), task->tool_options.end());
    const auto theirs = tool_md5(before, task->file,
                                 {"-map", "0:v:0", "-autoscale", "0", "-fps_mode", "passthrough"});
    Values options = {{"video.rotate", {"false"}}, {"video.stream", {"0"}}};
    if (!task->decoder_options.empty()) options["video.options"] = task->decoder_options;
    const Outcome ours = run_decode(file_item(task->file), options);
    if (theirs.empty() && ours.sums.empty()) {
      ++n_without_video;
      continue;
    }
    ++n_compared;
    EXPECT_EQ(ours.sums, theirs) << given.name << ": " << ours.failure;
  }
  std::cout << n_compared << " cases compared, " << n_without_video << " without video\n";
}

}  // namespace capstan::ffmpeg
