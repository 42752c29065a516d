// All frames: counted, or made tensors of.
#include "works.hpp"

namespace bench {

namespace pixels = capstan::ffmpeg::pixels;

void State::to_tensor(const AVFrame& frame, const pixels::Rect& part) {
  pixels::RgbTarget target;
  target.width = target.height = kSide;
  target.data = tensor.get();
  target.row_stride = 3 * kSide;
  resizer.to_rgb(frame, part, target);
  tally.look(tensor.get(), kSide, kSide, 3 * kSide, index++);
}

void decode_all(const std::string& path, State& state) {
  Clip clip(path);
  require(clip.decode(AVMEDIA_TYPE_VIDEO) != nullptr, "no video");
  clip.frames([&](const AVFrame&, const AVStream&) {
    state.tally.count();
    return true;
  });
}

void all_to_tensors(const std::string& path, State& state) {
  Clip clip(path);
  require(clip.decode(AVMEDIA_TYPE_VIDEO) != nullptr, "no video");
  clip.frames([&](const AVFrame& frame, const AVStream&) {
    state.to_tensor(frame);
    return true;
  });
}

}  // namespace bench
