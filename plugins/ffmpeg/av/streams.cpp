#include "input.hpp"

namespace capstan::ffmpeg {

namespace {

// The numbers are those of ffmpeg's open_output_file(), so that the choice is the same.
constexpr std::int64_t kHasPackets = 100'000'000;
constexpr std::int64_t kIsDefault = 5'000'000;

std::int64_t common_score(const AVStream& stream) {
  std::int64_t score = 0;
  if ((stream.event_flags & AVSTREAM_EVENT_FLAG_NEW_PACKETS) != 0) score += kHasPackets;
  if ((stream.disposition & AV_DISPOSITION_DEFAULT) != 0) score += kIsDefault;
  return score;
}

std::int64_t video_score(const AVStream& stream) {
  if ((stream.disposition & AV_DISPOSITION_ATTACHED_PIC) != 0) return 1;
  const AVCodecParameters& codec = *stream.codecpar;
  return common_score(stream) + std::int64_t{codec.width} * codec.height;
}

std::int64_t audio_score(const AVStream& stream) {
  return common_score(stream) + stream.codecpar->ch_layout.nb_channels;
}

AVStream* best_stream(AVFormatContext& context, AVMediaType type,
                      std::int64_t (*score_of)(const AVStream&)) {
  AVStream* best = nullptr;
  std::int64_t best_score = -1;
  for (unsigned i = 0; i < context.nb_streams; ++i) {
    AVStream* stream = context.streams[i];
    if (stream->codecpar->codec_type != type) continue;
    const std::int64_t score = score_of(*stream);
    if (score <= best_score) continue;
    best = stream;
    best_score = score;
  }
  return best;
}

}  // namespace

AVStream* best_video_stream(AVFormatContext& context) {
  return best_stream(context, AVMEDIA_TYPE_VIDEO, video_score);
}

AVStream* best_audio_stream(AVFormatContext& context) {
  return best_stream(context, AVMEDIA_TYPE_AUDIO, audio_score);
}

AVStream* nth_video_stream(AVFormatContext& context, int n) {
  for (unsigned i = 0; i < context.nb_streams; ++i) {
    if (context.streams[i]->codecpar->codec_type != AVMEDIA_TYPE_VIDEO) continue;
    if (n-- == 0) return context.streams[i];
  }
  return nullptr;
}

}  // namespace capstan::ffmpeg
