// Which locations may be opened, and what is said of the others.
#pragma once

#include <string>

namespace capstan::ffmpeg {

/// The path of a readable, non-empty regular file. Throws std::runtime_error for anything else,
/// with the reason as a short sentence.
std::string checked_path(const std::string& location);

}  // namespace capstan::ffmpeg
