#include "oracle.hpp"

#include <cstdlib>
#include <string>

#include "program.hpp"

namespace e2e {

namespace fs = std::filesystem;

namespace {

/// Seconds; 0 for a still picture, which has none.
double duration_of(const fs::path& media) {
  const Result result = run({"ffprobe", "-v", "error", "-show_entries", "format=duration", "-of",
                             "csv=p=0", media.string()});
  return std::strtod(result.out.c_str(), nullptr);
}

bool take_frame(const fs::path& media, double seconds, const fs::path& target) {
  fs::remove(target);
  std::vector<std::string> command{"ffmpeg", "-nostdin", "-v", "error", "-y"};
  if (seconds > 0) command.insert(command.end(), {"-ss", std::to_string(seconds)});
  command.insert(command.end(), {"-i", media.string(), "-frames:v", "1", "-vf", "scale=320:-1",
                                 "-update", "1", target.string()});
  run(std::move(command));
  return fs::exists(target) && fs::file_size(target) > 0;
}

}  // namespace

bool make_reference(const fs::path& media, const fs::path& target) {
  const double duration = duration_of(media);
  // "N/A" or the 0.04 s that FFmpeg makes up for a single picture: the frame is the first.
  if (duration < 0.1) return take_frame(media, 0, target);
  return take_frame(media, duration / 10, target);
}

}  // namespace e2e
