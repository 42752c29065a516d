// The one thing in EXIF that changes how a picture looks: its orientation.
#pragma once

#include <cstddef>
#include <cstdint>

#include "../av/av_ptr.hpp"

namespace capstan::ffmpeg {

/// The orientation, 1 to 8 (EXIF 2.3, section 4.6.4 A), that a JPEG's APP1 segment states; 1 when
/// it states none. `bytes` is the segment behind its length.
int exif_orientation(const std::uint8_t* bytes, std::size_t n_bytes);

/// The same of a whole JPEG, or its beginning: of the first segment that states another than 1.
int jpeg_orientation(const std::uint8_t* bytes, std::size_t n_bytes);

/// Notes the orientation on a frame as a display matrix, the one that libavcodec's JPEG decoder
/// makes of it. 1 notes nothing.
void set_orientation(AVFrame& frame, int orientation);

}  // namespace capstan::ffmpeg
