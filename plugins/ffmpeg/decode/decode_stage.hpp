// The `decode` stage: a file or bytes in, video and audio frames out.
#pragma once

#include <capstan/sdk/plugin.hpp>

#include "../av/frame_origin.hpp"
#include "../av/frame_reader.hpp"
#include "../picture/picture_maker.hpp"
#include "../picture/rotator.hpp"
#include "../sampling/selection.hpp"
#include "../sound/sound_maker.hpp"
#include "decode_options.hpp"

namespace capstan::ffmpeg {

class DecodeSession;

class DecodeStage final : public GeneratorStage {
 public:
  DecodeStage(StageContext& context, const Options& options);
  Generator<Item> process(Item in) override;

 private:
  struct Progress;
  enum class OnCorrupt : std::uint8_t { invalid = 0, fail, conceal, skip };

  int choose_threads() const;
  PayloadRef next_payload(DecodeSession& session, Progress& progress);
  PayloadRef to_picture(Decoded decoded, const std::optional<Placement>& placement);
  void report(const Damage& damage, const Progress& progress) const;

  StageContext& context_;
  ReadSettings settings_;
  Selection selection_;
  bool is_rotated_ = true;
  OnCorrupt on_corrupt_ = OnCorrupt::fail;
  FrameOrigins origins_;  // of the item under way
  Rotator rotator_;
  unsigned n_threads_ = 0;  // of the codec; 0: by the load
  const PictureForm form_;
  PictureMaker maker_;
  const SoundForm sound_form_;
};

}  // namespace capstan::ffmpeg
