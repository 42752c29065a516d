// The plain meaning of each rule of selection, on the frames of a full decode: what the stage's
// frames are compared with.
#pragma once

#include <string>
#include <vector>

#include "../decode/bare_decode.hpp"

namespace capstan::ffmpeg {

/// The MD5 sums of the frames that `options` name, of all frames of a video, in its order. Windows
/// are written in seconds ("1.5s"). `start_us` is where the container's time starts.
std::vector<std::string> reference_selection(const Outcome& all, const Values& options,
                                             std::int64_t start_us);

/// Every rule, with options as they may be for a video of any length.
std::vector<Values> all_rules();

/// "video.every=7 video.from=1s".
std::string text_of(const Values& options);

}  // namespace capstan::ffmpeg
