// The works of the limit, each for one file. Home of a State: one thread.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "bench/media/tally.hpp"
#include "clip.hpp"
#include "pixels/resizer.hpp"

namespace bench {

/// What a thread keeps from file to file.
struct State {
  explicit State(unsigned every) : tally(every) {}

  /// Makes R'G'B' of a picture, or of its part, 224 x 224, and looks at it.
  void to_tensor(const AVFrame& frame, const capstan::ffmpeg::pixels::Rect& part);
  void to_tensor(const AVFrame& frame) { to_tensor(frame, {0, 0, frame.width, frame.height}); }

  static constexpr int kSide = 224;
  Tally tally;
  capstan::ffmpeg::pixels::Resizer resizer;
  std::unique_ptr<std::uint8_t[]> tensor{new std::uint8_t[3 * kSide * kSide]};
  std::uint64_t index = 0;  // of the picture in its clip
};

/// Writes a picture as JPEG of quality 85; 4:2:0.
void write_jpeg(const AVFrame& picture, const std::string& path);

void decode_all(const std::string& path, State& state);
void all_to_tensors(const std::string& path, State& state);
void some_to_tensors(const std::string& path, State& state);
void photo_to_tensor(const std::string& path, State& state);
void sound(const std::string& path, State& state);
void thumbnail(const std::string& path, const std::string& output, State& state);
void transcode(const std::string& path, const std::string& output, State& state);

}  // namespace bench
