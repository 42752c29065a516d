// One stream's metadata as JSON, under the names that ffprobe gives them.
#pragma once

#include <nlohmann/json.hpp>

#include "../av/av_ptr.hpp"

namespace capstan::ffmpeg {

/// A fraction as ffprobe writes it: "30000/1001", or "16:9" with another separator.
std::string written(AVRational fraction, char separator = '/');

/// A time in seconds, to the microsecond.
double seconds_of(std::int64_t time, AVRational time_base);

/// Tags by name; {} for none.
nlohmann::ordered_json describe_tags(const AVDictionary* tags);

/// All that is known of a stream; what is not known is left out. `rotation` is how far a picture
/// must be turned clockwise to stand upright, in degrees from 0 up to 360.
nlohmann::ordered_json describe_stream(AVFormatContext& context, AVStream& stream);

}  // namespace capstan::ffmpeg
