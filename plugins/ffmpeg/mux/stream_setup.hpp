// Makes an output's streams of what is known of the packets that will come.
#pragma once

#include <string>

extern "C" {
#include <libavcodec/bsf.h>
}

#include "program.hpp"

namespace capstan::ffmpeg {

struct AvBsfContextDeleter {
  void operator()(AVBSFContext* context) const noexcept { av_bsf_free(&context); }
};
using AvBsfContextPtr = std::unique_ptr<AVBSFContext, AvBsfContextDeleter>;

/// Adds a stream with codec, time base, disposition, metadata, rotation.
AVStream* make_stream(const StreamInfo& info, AVFormatContext& context);

/// For a container that has no place of its own for a codec's headers: puts them before each
/// keyframe of our encoders. Null where nothing is to be done.
AvBsfContextPtr make_header_filter(const StreamInfo& info, const AVFormatContext& context);

/// Adds global metadata and chapters, whose times count from `start_us` like those of packets.
void copy_source(const SourceInfo& source, std::int64_t start_us, AVFormatContext& context);

/// "h264, aac"
std::string list_codecs(const AVFormatContext& context);

/// Turns the packet's times into units of `unit`. `next_sample` is the stream's own, AV_NOPTS_VALUE
/// at first.
void move_times(AVPacket& packet, const StreamInfo& info, AVRational unit,
                std::int64_t& next_sample) noexcept;

/// Decoding times must rise: sets right what does not, as the ffmpeg tool does. `last_dts` is
/// that of the stream's packet before, AV_NOPTS_VALUE at first, and is moved on.
void keep_rising(AVPacket& packet, std::int64_t& last_dts, const AVOutputFormat& format) noexcept;

}  // namespace capstan::ffmpeg
