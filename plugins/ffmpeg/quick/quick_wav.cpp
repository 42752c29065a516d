#include "quick_wav.hpp"

#include <stdexcept>

namespace capstan::ffmpeg {

namespace {

constexpr int kFrameBytes = 4096;  // libavformat's packets of PCM in WAV

/// 24 bits fill the upper three bytes of 32, as libavcodec has it.
void widen(const std::uint8_t* from, std::int32_t* to, std::size_t n_values) {
  for (std::size_t i = 0; i < n_values; ++i, from += 3) {
    const std::uint32_t value = std::uint32_t{from[0]} << 8U | std::uint32_t{from[1]} << 16U |
                                std::uint32_t{from[2]} << 24U;
    to[i] = static_cast<std::int32_t>(value);
  }
}

void set_layout(const WavFormat& wav, AVChannelLayout& layout) {
  if (wav.channel_mask != 0) {
    av_channel_layout_from_mask(&layout, wav.channel_mask);
    return;
  }
  layout.order = AV_CHANNEL_ORDER_UNSPEC;
  layout.nb_channels = wav.n_channels;
}

std::chrono::microseconds duration_of(const WavFormat& wav) {
  return std::chrono::microseconds(av_rescale(wav.n_samples, AV_TIME_BASE, wav.sample_rate));
}

}  // namespace

bool QuickWav::suits(const Request& request) {
  return request.settings.wants_audio && request.selection.is_everything();
}

std::unique_ptr<QuickInput> QuickWav::open(std::unique_ptr<InputBytes> bytes, const Limits& limits,
                                           const std::function<bool()>& is_cancelled) {
  const auto format = read_wav_format(*bytes);
  if (!format || duration_of(*format) > limits.max_duration) return nullptr;
  return std::unique_ptr<QuickInput>(new QuickWav(std::move(bytes), *format, limits, is_cancelled));
}

QuickWav::QuickWav(std::unique_ptr<InputBytes> bytes, const WavFormat& format, const Limits& limits,
                   const std::function<bool()>& is_cancelled)
    : QuickInput(AVMEDIA_TYPE_AUDIO, {1, format.sample_rate}),
      bytes_(std::move(bytes)),
      format_(format),
      limits_(limits),
      is_cancelled_(is_cancelled) {}

Decoded QuickWav::next() {
  if (position_ >= format_.n_samples) return {};
  if (is_cancelled_()) throw Cancelled();
  limits_.check_frames(++n_frames_);
  const std::int64_t n_most = std::max(kFrameBytes / format_.block_bytes(), 1);
  AvFramePtr frame = make_av_frame();
  frame->format = format_.format;
  frame->sample_rate = format_.sample_rate;
  frame->nb_samples = static_cast<int>(std::min(n_most, format_.n_samples - position_));
  set_layout(format_, frame->ch_layout);
  if (av_frame_get_buffer(frame.get(), 0) < 0) throw std::bad_alloc();
  frame->pts = position_;
  frame->time_base = stream().time_base;
  detail::set_duration(*frame, frame->nb_samples);
  detail::set_key_frame(*frame, true);
  read_samples(*frame);
  position_ += frame->nb_samples;
  return {std::move(frame), &stream()};
}

void QuickWav::read_samples(AVFrame& frame) {
  const auto n_values =
      static_cast<std::size_t>(frame.nb_samples) * static_cast<std::size_t>(format_.n_channels);
  const std::size_t n_bytes = n_values * static_cast<std::size_t>(format_.stored_bytes);
  const std::int64_t offset = format_.data_offset + position_ * format_.block_bytes();
  const bool is_widened = format_.stored_bytes == 3;
  if (is_widened) stored_.resize(n_bytes);
  if (!bytes_->read(offset, is_widened ? stored_.data() : frame.data[0], n_bytes)) {
    throw std::runtime_error("the file became shorter while it was read");
  }
  if (is_widened) widen(stored_.data(), reinterpret_cast<std::int32_t*>(frame.data[0]), n_values);
}

}  // namespace capstan::ffmpeg
