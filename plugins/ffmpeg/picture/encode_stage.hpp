// The `encode` stage: a picture in, an image file's bytes out.
#pragma once

#include <capstan/sdk/plugin.hpp>

#include "../av/av_log.hpp"
#include "encoder.hpp"

namespace capstan::ffmpeg {

inline constexpr Option kEncodeOptions[] = {
    {.name = "format",
     .type = OptionType::choice,
     .default_value = "jpeg",
     .help = "image format",
     .range = "jpeg|png|webp"},
    {.name = "quality",
     .type = OptionType::integer,
     .default_value = "85",
     .help = "of jpeg and webp; png is lossless",
     .range = "1..100"},
};

class EncodeStage final : public MapStage {
 public:
  EncodeStage(StageContext& context, const Options& options);
  Item process(Item in) override;

 private:
  LogSink sink_;
  std::unique_ptr<Encoder> encoder_;
};

}  // namespace capstan::ffmpeg
