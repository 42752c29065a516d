// What the options of an encoder mean.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <capstan/sdk/options.hpp>

#include "../av/av_ptr.hpp"

namespace capstan::ffmpeg {

/// Settings that video and audio have in common.
struct CodecSettings {
  const AVCodec* codec = nullptr;
  std::string group;         ///< "video" or "audio": what stands before an option's name
  std::int64_t bitrate = 0;  ///< bits a second, 0: the codec's own
  std::optional<double> quality;
  std::vector<std::pair<std::string, std::string>> options;
  int n_threads = 1;
  int gop = -1;  ///< frames from keyframe to keyframe, of video; -1: the codec's own
};

struct VideoSettings : CodecSettings {
  std::chrono::nanoseconds keyframes{0};  ///< a keyframe at each multiple, 0: as the codec likes
  AVPixelFormat format = AV_PIX_FMT_NONE;
  AVRational frame_rate{0, 1};  ///< 0/1: frames keep their times
};

struct AudioSettings : CodecSettings {
  int sample_rate = 0;  ///< 0: the input's
  int n_channels = 0;   ///< 0: the input's
  AVSampleFormat format = AV_SAMPLE_FMT_NONE;
};

/// Whether the stream of this group is to pass as it is, instead of being encoded.
bool copies_stream(const Options& options, const std::string& group);
/// Nothing when the codec is not given, or is copy. Throws std::invalid_argument that names the
/// option.
std::optional<VideoSettings> read_video_settings(const Options& options);
std::optional<AudioSettings> read_audio_settings(const Options& options);

/// A context with what the settings say, not yet opened. Throws std::invalid_argument as above.
AvCodecContextPtr make_encoder_context(const CodecSettings& settings);

/// Opens the encoder once, for a small picture or for silence, so that a value that only the codec
/// can judge (preset: fats) is refused before there is a job. A codec that does not open for these
/// whatever the settings is left for the job to find out. Throws std::invalid_argument.
void try_settings(const VideoSettings& settings);
void try_settings(const AudioSettings& settings);

}  // namespace capstan::ffmpeg
