// FFmpeg's error codes as exceptions and text.
#pragma once

#include <stdexcept>
#include <string>

namespace capstan::ffmpeg {

/// What FFmpeg says an error code means: "Invalid data found when processing input".
std::string error_text(int code);

/// "what (reason)": the reason is the code's text, preceded by the last line FFmpeg logged in this
/// call, which usually says it better. Throws Cancelled when the code means that.
[[noreturn]] void throw_av_error(const std::string& what, int code);

/// Passes a result on, or throws when it is an error.
inline int check(int result, const char* what) {
  if (result < 0) throw_av_error(what, result);
  return result;
}

}  // namespace capstan::ffmpeg
