// The `scale` stage: another size, another pixel format.
#pragma once

#include <capstan/sdk/plugin.hpp>

#include "av_log.hpp"
#include "scaler.hpp"

namespace capstan::ffmpeg {

inline constexpr Option kScaleOptions[] = {
    {.name = "size",
     .type = OptionType::dimensions,
     .default_value = "",
     .help = "size of the result; -1 keeps the shape; the input's unless given"},
    {.name = "format",
     .type = OptionType::text,
     .default_value = "",
     .help = "pixel format as FFmpeg names it, such as rgb24; the input's unless given"},
};

class ScaleStage final : public MapStage {
 public:
  /// Throws for a pixel format that does not exist or can't be written.
  ScaleStage(StageContext& context, const Options& options);
  Item process(Item in) override;

 private:
  Dimensions size_;
  AVPixelFormat format_ = AV_PIX_FMT_NONE;
  LogSink sink_;
  Scaler scaler_;
};

}  // namespace capstan::ffmpeg
