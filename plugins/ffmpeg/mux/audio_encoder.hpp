// Encodes sound.
#pragma once

extern "C" {
#include <libavutil/audio_fifo.h>
}

#include "stream_encoder.hpp"

namespace capstan::ffmpeg {

struct AvAudioFifoDeleter {
  void operator()(AVAudioFifo* fifo) const noexcept { av_audio_fifo_free(fifo); }
};
using AvAudioFifoPtr = std::unique_ptr<AVAudioFifo, AvAudioFifoDeleter>;

/// Samples are converted to what the codec takes and handed on in frames of its size. They are one
/// continuous run: holes in the input's time are filled with silence, overlaps are cut, both only
/// when longer than 100 ms; what is shorter is a container's rounding.
class AudioEncoder final : public StreamEncoder {
 public:
  explicit AudioEncoder(const AudioSettings& settings) : settings_(settings) {}
  ~AudioEncoder() override;

  void encode(AvFramePtr frame) override;
  void finish() override;

 private:
  void open_for(const AVFrame& frame);
  void prepare_conversion(const AVFrame& frame);
  void keep_in_time(const AVFrame& frame);
  void store_silence(std::int64_t n_samples);
  AvFramePtr convert(const AVFrame* frame);
  void store(const AVFrame& converted);
  void send_frames(bool is_end);
  AvFramePtr new_frame(int n_samples) const;
  void describe_more(StreamInfo&) const override {}
  std::int64_t packet_duration() const noexcept override { return context().frame_size; }

  const AudioSettings& settings_;
  SwrContextPtr converter_;
  AVChannelLayout in_layout_{};
  int in_rate_ = 0;
  int in_format_ = AV_SAMPLE_FMT_NONE;
  AvAudioFifoPtr fifo_;
  std::int64_t n_stored_ = 0;  // samples since the start, at the encoder's rate
  std::int64_t n_sent_ = 0;
  std::int64_t n_to_cut_ = 0;  // of what comes next
  std::int64_t start_ = 0;     // of the first sample, at the encoder's rate
};

}  // namespace capstan::ffmpeg
