#include "oracle.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>

#include "program.hpp"

namespace e2e {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> probe(const fs::path& media, const char* entries) {
  const Result result = run({"ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries",
                             entries, "-of", "csv=p=0", media.string()});
  std::vector<std::string> lines;
  std::istringstream text(result.out);
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

/// Seconds, as the container says or as its packets show; 0 where nothing has a time.
double duration_of(const fs::path& media) {
  double seconds = 0;
  for (const std::string& line : probe(media, "format=duration")) {
    seconds = std::max(seconds, std::strtod(line.c_str(), nullptr));
  }
  if (seconds > 0) return seconds;
  for (const std::string& line : probe(media, "packet=pts_time,duration_time")) {
    const char* comma = std::strchr(line.c_str(), ',');
    const double duration = comma ? std::strtod(comma + 1, nullptr) : 0;
    // Raw video has durations, but no times: one packet begins where the last has ended.
    const double begin = line.starts_with("N/A") ? seconds : std::strtod(line.c_str(), nullptr);
    seconds = std::max(seconds, begin + duration);
  }
  return seconds;
}

bool is_made(const fs::path& target) { return fs::exists(target) && fs::file_size(target) > 0; }

/// The first frame at or after a time.
bool take_frame(const fs::path& media, double seconds, const fs::path& target) {
  fs::remove(target);
  // Behind the input -ss decodes all before it; in front it would seek, which is inexact in some
  // containers, and then gives another frame.
  run({"ffmpeg", "-nostdin", "-v", "error", "-y", "-i", media.string(), "-ss",
       std::to_string(seconds), "-frames:v", "1", "-vf", "scale=320:-1", "-pix_fmt", "rgb24",
       target.string()});
  return is_made(target);
}

bool take_last_frame(const fs::path& media, const fs::path& target) {
  fs::remove(target);
  run({"ffmpeg", "-nostdin", "-v", "error", "-y", "-i", media.string(), "-vf", "scale=320:-1",
       "-pix_fmt", "rgb24", "-update", "1", target.string()});
  return is_made(target);
}

}  // namespace

bool make_reference(const fs::path& media, const fs::path& target) {
  const double duration = duration_of(media);
  // Of a duration that is not known the tenth is the start.
  if (take_frame(media, duration / 10, target)) return true;
  // No frame is so late: a still picture, or the end of a clip.
  return take_last_frame(media, target);
}

}  // namespace e2e
