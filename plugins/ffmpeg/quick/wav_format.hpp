// What a WAV file's header says, for the files that there are many of.
#pragma once

#include <cstdint>
#include <optional>

#include "../av/av_ptr.hpp"
#include "input_bytes.hpp"

namespace capstan::ffmpeg {

/// Uncompressed samples in a RIFF file, all of them there. A value.
struct WavFormat {
  int sample_rate = 0;
  int n_channels = 0;
  std::uint64_t channel_mask = 0;              ///< 0: the file names no speakers
  int stored_bytes = 0;                        ///< of one sample of one channel
  AVSampleFormat format = AV_SAMPLE_FMT_NONE;  ///< that libavcodec makes of it: s32 of 24 bits
  std::int64_t data_offset = 0;                ///< in the file
  std::int64_t n_samples = 0;                  ///< per channel

  int block_bytes() const noexcept { return stored_bytes * n_channels; }
};

/// PCM of 8, 16, 24 and 32 bits and floats of 32 and 64, in any order of chunks. Nothing for all
/// else, which the general way must look at: RF64 and W64, compressed samples, tags, chunks that
/// nobody knows, data that is cut short or does not end with a whole sample, DTS or S/PDIF that
/// poses as PCM.
std::optional<WavFormat> read_wav_format(const InputBytes& bytes);

}  // namespace capstan::ffmpeg
