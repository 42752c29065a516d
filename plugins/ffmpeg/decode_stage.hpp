// The `decode` stage: a file or bytes in, video and audio frames out.
#pragma once

#include <capstan/sdk/plugin.hpp>

#include "av_log.hpp"
#include "frame_reader.hpp"
#include "rotator.hpp"
#include "scaler.hpp"

namespace capstan::ffmpeg {

inline constexpr Option kDecodeOptions[] = {
    {.name = "streams",
     .type = OptionType::choice,
     .default_value = "video",
     .help = "what to decode; images are video of one frame",
     .range = "video|audio|both"},
    {.name = "video.at",
     .type = OptionType::position,
     .default_value = "",
     .help = "places whose frames to give, in this order; without it all frames are given",
     .is_list = true},
    {.name = "video.size",
     .type = OptionType::dimensions,
     .default_value = "",
     .help = "scales frames right after decoding; -1 keeps the shape"},
    {.name = "video.rotate",
     .type = OptionType::boolean,
     .default_value = "true",
     .help = "turns pictures upright by their metadata (display matrix, EXIF)"},
    {.name = "video.stream",
     .type = OptionType::integer,
     .default_value = "",
     .help = "which of several video streams, from 0; the largest default one unless given",
     .range = "0..1000"},
    {.name = "video.max_pixels",
     .type = OptionType::integer,
     .default_value = "268435456",
     .help = "pictures with more pixels are refused",
     .range = "1.."},
    {.name = "on_corrupt",
     .type = OptionType::choice,
     .default_value = "fail",
     .help = "damaged input, once all frames were given: fail the job, or conceal: log a warning",
     .range = "fail|conceal"},
};

class DecodeStage final : public GeneratorStage {
 public:
  DecodeStage(StageContext& context, const Options& options);
  Generator<Item> process(Item in) override;

 private:
  struct Session;
  Generator<Item> all_frames(Item in);
  Generator<Item> sampled_frames(Item in);
  PayloadRef to_payload(Decoded decoded);
  void report(const Damage& damage) const;

  StageContext& context_;
  StreamChoice choice_;
  std::vector<Position> positions_;
  Dimensions size_;
  bool is_sampled_ = false;
  bool is_rotated_ = true;
  bool fails_on_damage_ = true;
  Rotator rotator_;
  Scaler scaler_;
};

}  // namespace capstan::ffmpeg
