// The `tensor` stage: pictures in, arrays of their colours out.
#pragma once

#include <capstan/sdk/plugin.hpp>

#include "../av/av_log.hpp"
#include "tensor_maker.hpp"

namespace capstan::ffmpeg {

inline constexpr Option kTensorOptions[] = {
    {.name = "size",
     .type = OptionType::dimensions,
     .default_value = "",
     .help = "size of the result; -1 keeps the shape; the picture's unless given"},
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
    {.name = "layout",
     .type = OptionType::choice,
     .default_value = "hwc",
     .help = "order of the dimensions: height, width, channel, or channel, height, width",
     .range = "hwc|chw"},
    {.name = "dtype",
     .type = OptionType::choice,
     .default_value = "uint8",
     .help = "type of the values",
     .range = "uint8|float32"},
    {.name = "scale",
     .type = OptionType::number,
     .default_value = "",
     .help = "float32: the value of white; 1 unless given",
     .range = "0.000001.."},
    {.name = "mean",
     .type = OptionType::number,
     .default_value = "",
     .help = "float32: taken off each value, one number or three for red, green, blue",
     .is_list = true},
    {.name = "std",
     .type = OptionType::number,
     .default_value = "",
     .help = "float32: what each value is divided by after that, likewise",
     .range = "0.000001..",
     .is_list = true},
};

class TensorStage final : public MapStage {
 public:
  /// Throws std::invalid_argument for options that contradict each other.
  TensorStage(StageContext& context, const Options& options);
  Item process(Item in) override;

 private:
  LogSink sink_;
  TensorMaker maker_;
};

}  // namespace capstan::ffmpeg
