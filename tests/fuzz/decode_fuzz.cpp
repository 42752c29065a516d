// Feeds the decode stage with media that nobody made. A finding is a crash, a hang, memory without
// bound, an exception of an unknown kind, or an input that ends well without having given a frame.
// libav* itself is the system's, without instruments: what is steered into new paths is our code.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "ffmpeg/av/bare_context.hpp"
#include "ffmpeg/decode/decode_stage.hpp"

namespace {

using namespace capstan;
using namespace capstan::ffmpeg;

using Settings = std::vector<std::pair<const char*, std::vector<std::string>>>;

/// One is chosen by the input's size, so that seeds are plain media files.
const std::vector<Settings> kSettings = {
    {{"streams", {"video"}}},
    {{"streams", {"both"}}},
    {{"streams", {"audio"}}},
    {{"video.at", {"50%", "1s", "0s"}}, {"video.size", {"64x-1"}}},
    {{"video.keyframes", {"true"}}},
    {{"video.every", {"3"}}},
    {{"video.fps", {"5"}}, {"video.size", {"64x-1"}}},
    {{"video.frames", {"3", "-1", "0", "0"}}},
    {{"video.count", {"4"}}},
    {{"video.from", {"30%"}}},
    {{"video.threads", {"2"}}},
    {{"on_corrupt", {"skip"}}},
    {{"video.size", {"64x48"}},
     {"video.fit", {"cover"}},
     {"video.format", {"rgb24"}},
     {"video.filter", {"bilinear"}}},
    {{"streams", {"both"}},
     {"audio.rate", {"8000"}},
     {"audio.channels", {"1"}},
     {"audio.format", {"flt"}},
     {"audio.samples", {"1000"}}},
};

Options options_for(std::size_t size) {
  Options options(kDecodeOptions, std::size(kDecodeOptions));
  for (const auto& [name, values] : kSettings[size % kSettings.size()]) options.set(name, values);
  options.set("video.max_pixels", {"1000000"});
  options.set("max_frames", {"500"});
  options.set("max_time", {"5s"});
  return options;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  BareContext context;
  DecodeStage stage(context, options_for(size));
  Buffer buffer = Buffer::allocate(size);
  std::memcpy(buffer.mutable_data(), data, size);
  int n_frames = 0;
  bool has_failed = false;
  try {
    Item out;
    Item in(make_ref<Bytes>(std::move(buffer), "", ""));
    for (Step step = stage.begin(std::move(in), out); step == Step::more; step = stage.next(out)) {
      ++n_frames;
    }
  } catch (const std::exception&) {
    has_failed = true;
  }
  if (n_frames == 0 && !has_failed) std::abort();
  return 0;
}
