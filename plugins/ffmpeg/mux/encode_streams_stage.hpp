// The `encode_streams` stage: the frames of a job become compressed streams.
#pragma once

#include <memory>

#include <capstan/sdk/plugin.hpp>

#include "../av/av_log.hpp"
#include "../av/frame_origin.hpp"
#include "audio_encoder.hpp"
#include "copied_stream.hpp"
#include "packet.hpp"
#include "video_encoder.hpp"

namespace capstan::ffmpeg {

inline constexpr Option kEncodeStreamsOptions[] = {
    {.name = "video.codec",
     .type = OptionType::text,
     .default_value = "",
     .help = "encoder as FFmpeg names it, such as libx264, or copy: the input's video as it is; "
             "without it there must be no video"},
    {.name = "video.quality",
     .type = OptionType::number,
     .default_value = "",
     .help = "constant quality, lower is better: the codec's crf, or quantiser scale",
     .range = "0.."},
    {.name = "video.bitrate",
     .type = OptionType::text,
     .default_value = "",
     .help = "bits a second, such as 2M"},
    {.name = "video.gop",
     .type = OptionType::integer,
     .default_value = "",
     .help = "frames from keyframe to keyframe, at most",
     .range = "0.."},
    {.name = "video.keyframes",
     .type = OptionType::duration,
     .default_value = "",
     .help = "a keyframe at each multiple of this time, as segments want them",
     .range = "1ms.."},
    {.name = "video.format",
     .type = OptionType::text,
     .default_value = "",
     .help = "pixel format; the nearest that the codec takes unless given"},
    {.name = "video.frame_rate",
     .type = OptionType::number,
     .default_value = "",
     .help = "frames a second: frames follow each other at this rate, whatever their times, as "
             "for a preview of a few; not with audio",
     .range = "0.001..1000"},
    {.name = "video.options",
     .type = OptionType::text,
     .default_value = "",
     .help = "settings of the codec, such as preset: fast",
     .is_map = true},
    {.name = "audio.codec",
     .type = OptionType::text,
     .default_value = "",
     .help = "encoder as FFmpeg names it, such as aac, or copy: the input's audio as it is; "
             "without it there must be no audio"},
    {.name = "audio.quality",
     .type = OptionType::number,
     .default_value = "",
     .help = "the codec's own scale of quality",
     .range = "0.."},
    {.name = "audio.bitrate",
     .type = OptionType::text,
     .default_value = "",
     .help = "bits a second, such as 128k"},
    {.name = "audio.rate",
     .type = OptionType::integer,
     .default_value = "",
     .help = "samples a second; the input's, or the nearest that the codec takes, unless given",
     .range = "1000..768000"},
    {.name = "audio.channels",
     .type = OptionType::integer,
     .default_value = "",
     .help = "the input's unless given",
     .range = "1..64"},
    {.name = "audio.format",
     .type = OptionType::text,
     .default_value = "",
     .help = "sample format; the nearest that the codec takes unless given"},
    {.name = "audio.options",
     .type = OptionType::text,
     .default_value = "",
     .help = "settings of the codec",
     .is_map = true},
    {.name = "threads",
     .type = OptionType::integer,
     .default_value = "1",
     .help = "of each encoder, beside the worker; 0: as many as the codec likes",
     .range = "0..64"},
};

class EncodeStreamsStage final : public GeneratorStage {
 public:
  /// Throws std::invalid_argument for codecs and settings that can't be.
  EncodeStreamsStage(StageContext& context, const Options& options);
  Generator<Item> process(Item in) override;
  Generator<Item> finish_items() override;

 private:
  void take(const Item& in);
  void take_video(const VideoFrame& picture);
  void take_audio(const AudioFrame& samples);
  void open_copied(const Ref<const FrameOrigin>& origin);
  void add_streams(Program& program) const;
  void flush_encoders();
  void note_time(const AVPacket& packet, AVRational unit);
  bool is_waiting() const;
  void begin_output();
  std::size_t held_bytes() const;
  void charge_held();
  Item next_packet();

  StageContext& context_;
  LogSink sink_;
  std::optional<VideoSettings> video_settings_;
  std::optional<AudioSettings> audio_settings_;
  const bool copies_video_;
  const bool copies_audio_;
  std::unique_ptr<VideoEncoder> video_;
  std::unique_ptr<AudioEncoder> audio_;
  std::unique_ptr<CopiedStream> copied_;      // none before the first frame
  std::int64_t copied_until_us_ = INT64_MIN;  // how far the encoded stream has come
  Ref<const FrameOrigin> video_origin_;
  Ref<const FrameOrigin> audio_origin_;
  Ref<const Program> program_;  // null until all streams are known
  Item stem_;                   // what outputs are made from: job and metadata
  std::size_t n_charged_bytes_ = 0;
};

}  // namespace capstan::ffmpeg
