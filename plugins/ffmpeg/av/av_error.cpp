#include "av_error.hpp"

extern "C" {
#include <libavutil/error.h>
}

#include <capstan/sdk/stage.hpp>

#include "av_log.hpp"

namespace capstan::ffmpeg {

std::string error_text(int code) {
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(code, text, sizeof(text));
  return text;
}

void throw_av_error(const std::string& what, int code) {
  if (code == AVERROR_EXIT) throw Cancelled();
  std::string reason = LogScope::last_error();
  if (code != AVERROR_INVALIDDATA || reason.empty()) {
    if (!reason.empty()) reason += "; ";
    reason += error_text(code);
  }
  throw std::runtime_error(what + ": " + reason);
}

}  // namespace capstan::ffmpeg
