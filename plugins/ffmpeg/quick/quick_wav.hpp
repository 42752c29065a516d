// WAV files as audio frames, without a demuxer and a decoder to set up.
#pragma once

#include <vector>

#include "quick_input.hpp"
#include "wav_format.hpp"

namespace capstan::ffmpeg {

/// Gives the frames that libavformat and libavcodec give: as long as theirs (the samples in 4096
/// bytes of the file), with their times, format and layout.
class QuickWav final : public QuickInput {
 public:
  static bool suits(const Request& request);
  /// Null when the input is not a WAV of the usual kind, or passes a limit. `bytes` may have been
  /// looked at.
  static std::unique_ptr<QuickInput> open(std::unique_ptr<InputBytes> bytes, const Limits& limits,
                                          const std::function<bool()>& is_cancelled);

  Decoded next() override;

 private:
  QuickWav(std::unique_ptr<InputBytes> bytes, const WavFormat& format, const Limits& limits,
           const std::function<bool()>& is_cancelled);
  void read_samples(AVFrame& frame);

  std::unique_ptr<InputBytes> bytes_;
  const WavFormat format_;
  const Limits limits_;
  const std::function<bool()> is_cancelled_;
  std::int64_t position_ = 0;  // in samples
  std::int64_t n_frames_ = 0;
  std::vector<std::uint8_t> stored_;  // samples that are to be widened
};

}  // namespace capstan::ffmpeg
