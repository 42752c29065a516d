// Feeds the decode stage with media that nobody made. A finding is a crash, a hang, memory without
// bound, an exception of an unknown kind, or an input that ends well without having given a frame.
// libav* itself is the system's, without instruments: what is steered into new paths is our code.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <string>
#include <vector>

#include "ffmpeg/av/bare_context.hpp"
#include "ffmpeg/decode/decode_stage.hpp"

namespace {

using namespace capstan;
using namespace capstan::ffmpeg;

struct Setting {
  const char* option;
  std::vector<std::string> values;
};

/// One is chosen by the input's size, so that seeds are plain media files.
const std::array<Setting, 10> kRules = {{{"streams", {"video"}},
                                         {"streams", {"both"}},
                                         {"video.at", {"50%", "1s", "0s"}},
                                         {"video.keyframes", {"true"}},
                                         {"video.every", {"3"}},
                                         {"video.fps", {"5"}},
                                         {"video.frames", {"3", "-1", "0", "0"}},
                                         {"video.count", {"4"}},
                                         {"video.from", {"30%"}},
                                         {"on_corrupt", {"skip"}}}};

Options options_for(std::size_t size) {
  Options options(kDecodeOptions, std::size(kDecodeOptions));
  const Setting& rule = kRules[size % kRules.size()];
  options.set(rule.option, rule.values);
  if (size % 3 == 0) options.set("video.size", {"64x-1"});
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
