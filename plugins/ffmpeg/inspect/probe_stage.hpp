// The `probe` stage: a file or bytes in, what FFmpeg knows about it as JSON out.
#pragma once

#include <capstan/sdk/plugin.hpp>

#include "../av/input.hpp"

namespace capstan::ffmpeg {

/// Reads no more than libavformat needs to know its streams: the beginning, mostly.
class ProbeStage final : public MapStage {
 public:
  ProbeStage(StageContext& context, const Options& options);
  /// Throws for an input that can't be opened, as decode does.
  Item process(Item in) override;

 private:
  StageContext& context_;
};

}  // namespace capstan::ffmpeg
