// The `scale` stage: another size, another pixel format.
#pragma once

#include <capstan/sdk/plugin.hpp>

#include "../av/av_log.hpp"
#include "picture_maker.hpp"

namespace capstan::ffmpeg {

inline constexpr Option kScaleOptions[] = {
    {.name = "size",
     .type = OptionType::dimensions,
     .default_value = "",
     .help = "size of the result; -1 keeps the shape; the input's unless given"},
    {.name = "fit",
     .type = OptionType::choice,
     .default_value = "stretch",
     .help = "a picture of another shape: stretch it, contain it in the size, or cover the size "
             "and cut what stands out",
     .range = "stretch|contain|cover"},
    {.name = "crop",
     .type = OptionType::text,
     .default_value = "",
     .help = "the part to take before scaling: 640x480 in the middle, or 640x480+100+20"},
    {.name = "format",
     .type = OptionType::text,
     .default_value = "",
     .help = "pixel format as FFmpeg names it, such as rgb24; the input's unless given"},
    {.name = "filter",
     .type = OptionType::choice,
     .default_value = "bicubic",
     .help = "bicubic, bit for bit as the ffmpeg tool; or bilinear, several times as fast",
     .range = "bicubic|bilinear"},
};

class ScaleStage final : public MapStage {
 public:
  /// Throws std::invalid_argument for a pixel format that does not exist or can't be written, and
  /// for options that contradict each other.
  ScaleStage(StageContext& context, const Options& options);
  Item process(Item in) override;

 private:
  LogSink sink_;
  PictureMaker maker_;
};

}  // namespace capstan::ffmpeg
