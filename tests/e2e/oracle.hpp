// What FFmpeg's own program makes of a file: the thumbnail that Capstan's must equal.
#pragma once

#include <filesystem>
#include <optional>

namespace e2e {

/// The frame of `media` at a tenth of its duration, 320 pixels wide, as PNG in `target`. False when
/// the ffmpeg program finds no picture there.
bool make_reference(const std::filesystem::path& media, const std::filesystem::path& target);

}  // namespace e2e
