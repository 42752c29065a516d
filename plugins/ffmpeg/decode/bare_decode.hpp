// Runs `decode` without the harness, which would keep every frame of a long clip in memory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "../av/bare_context.hpp"
#include "../test_support.hpp"
#include "decode_stage.hpp"

namespace capstan::ffmpeg {

/// What came out of one item: of each frame its MD5 and its time.
struct Outcome {
  std::vector<std::string> sums;
  std::vector<std::int64_t> pts;
  std::vector<bool> is_key;
  AVRational time_base{1, 1};
  std::string format;  // of the last frame
  std::string failure;
};

/// Runs decode and hands each output to `take`; returns the failure, if any.
template <class Take>
std::string for_each_output(Item item, const Values& values, Take take) {
  Options options(kDecodeOptions, std::size(kDecodeOptions));
  for (const auto& [name, texts] : values) options.set(name, texts);
  BareContext context;
  DecodeStage stage(context, options);
  try {
    Item out;
    for (Step step = stage.begin(std::move(item), out); step == Step::more;
         step = stage.next(out)) {
      take(out);
    }
  } catch (const std::exception& thrown) {
    return thrown.what();
  }
  return {};
}

inline Outcome run_decode(Item item, const Values& values) {
  Outcome outcome;
  outcome.failure = for_each_output(std::move(item), values, [&](const Item& out) {
    const auto& picture = out.get<VideoFrame>();
    outcome.sums.push_back(md5_of(picture));
    outcome.pts.push_back(picture.pts);
    outcome.is_key.push_back(picture.is_keyframe);
    outcome.time_base = {static_cast<int>(picture.time_base.num),
                         static_cast<int>(picture.time_base.den)};
    outcome.format = picture.format.view();
  });
  return outcome;
}

}  // namespace capstan::ffmpeg
