// WAV files as audio frames, without a demuxer and a decoder to set up.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <capstan/sdk/payload.hpp>

#include "wav_format.hpp"

namespace capstan::ffmpeg {

/// Gives the frames that libavformat and libavcodec give: as long as theirs (the samples in 4096
/// bytes of the file), with their times, format and layout. Home: one worker at a time.
class WavReader {
 public:
  /// Null when the input is not a WAV of the usual kind: the general way takes it. Throws when the
  /// file can't be opened.
  static std::unique_ptr<WavReader> open(const std::string& path);
  static std::unique_ptr<WavReader> open(Buffer bytes);

  const WavFormat& format() const noexcept { return format_; }
  /// The unit of the frames' pts: one sample.
  AVRational time_base() const noexcept { return {1, format_.sample_rate}; }

  /// Gives samples from `first` up to, and without, `end` only. Throws std::invalid_argument for a
  /// window that begins before 0, is empty or turned round, or ends behind the last sample.
  void select(std::int64_t first, std::int64_t end);
  /// The next frame, null at the end. Throws when the file can't be read.
  AvFramePtr next();

 private:
  WavReader(ReadAt read, const WavFormat& format);
  static std::unique_ptr<WavReader> make(ReadAt read, std::int64_t size_bytes);
  void read_samples(AVFrame& frame);

  ReadAt read_;  // owns the file, or shares the bytes
  WavFormat format_;
  std::int64_t position_ = 0, end_ = 0;  // in samples
  std::vector<std::uint8_t> stored_;     // samples that are to be widened
};

}  // namespace capstan::ffmpeg
