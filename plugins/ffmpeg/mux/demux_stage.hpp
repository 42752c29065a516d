// The `demux` stage: a file or bytes in, compressed packets out.
#pragma once

#include <capstan/sdk/plugin.hpp>

#include "../av/av_log.hpp"
#include "packet.hpp"

namespace capstan::ffmpeg {

inline constexpr Option kDemuxOptions[] = {
    {.name = "streams",
     .type = OptionType::choice,
     .default_value = "video,audio,subtitle",
     .help = "kinds of streams to give",
     .range = "video|audio|subtitle|data|attachment",
     .is_list = true},
    {.name = "which",
     .type = OptionType::choice,
     .default_value = "all",
     .help = "all streams of these kinds, or the best one of each",
     .range = "all|best"},
    {.name = "on_corrupt",
     .type = OptionType::choice,
     .default_value = "fail",
     .help =
         "truncated input, once all packets were given: fail the job, or conceal: log a warning",
     .range = "fail|conceal"},
};

class DemuxStage final : public GeneratorStage {
 public:
  DemuxStage(StageContext& context, const Options& options);
  Generator<Item> process(Item in) override;

 private:
  struct Session;

  StageContext& context_;
  std::vector<AVMediaType> kinds_;
  bool takes_best_ = false;
  bool fails_on_damage_ = true;
};

}  // namespace capstan::ffmpeg
