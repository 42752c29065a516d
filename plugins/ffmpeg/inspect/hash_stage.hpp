// The `hash` stage: the frames of a job in, FFmpeg's framemd5 or framecrc text of them out.
#pragma once

#include <optional>

#include <capstan/sdk/plugin.hpp>

#include "../av/av_log.hpp"
#include "frame_hasher.hpp"

namespace capstan::ffmpeg {

inline constexpr Option kHashOptions[] = {
    {.name = "format",
     .type = OptionType::choice,
     .default_value = "framemd5",
     .help = "a line a frame with its MD5 or Adler-32, or one MD5 of all",
     .range = "framemd5|framecrc|md5"},
    {.name = "time_base",
     .type = OptionType::text,
     .default_value = "",
     .help = "unit of the times in it, such as 1/25 for seconds in 25ths; the frames' own, or one "
             "sample, unless given"},
};

/// Holds the text of a job, no frame. A job's video and audio are texts of their own.
class HashStage final : public GeneratorStage {
 public:
  /// Throws for a time base that is no positive fraction.
  HashStage(StageContext& context, const Options& options);
  Generator<Item> process(Item in) override;
  Generator<Item> finish_items() override;

 private:
  struct Text {
    FrameHasher hasher;
    Item carrier;  // the first frame's item, without the frame
    std::int64_t n_charged_bytes = 0;
  };
  void add(Item in);
  Item take(Text& text);

  StageContext& context_;
  const std::string format_;
  const AVRational time_base_;
  LogSink sink_;
  std::optional<Text> video_, audio_;
};

}  // namespace capstan::ffmpeg
