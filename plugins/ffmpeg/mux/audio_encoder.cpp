#include "audio_encoder.hpp"

#include <algorithm>
#include <cstdlib>

#include "../av/av_error.hpp"
#include "audio_form.hpp"

namespace capstan::ffmpeg {

namespace {

// Of a second; swresample's own limit for a hard correction.
constexpr int kToleranceShare = 10;
// What codecs get that take frames of any size.
constexpr int kFreeFrameSamples = 4096;

}  // namespace

AudioEncoder::~AudioEncoder() { av_channel_layout_uninit(&in_layout_); }

void AudioEncoder::encode(AvFramePtr frame) {
  if (frame->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC) {
    av_channel_layout_default(&frame->ch_layout, frame->ch_layout.nb_channels);
  }
  if (!is_open()) open_for(*frame);
  prepare_conversion(*frame);
  keep_in_time(*frame);
  if (converter_) {
    store(*convert(frame.get()));
  } else {
    store(*frame);
  }
  send_frames(false);
}

void AudioEncoder::finish() {
  if (!is_open()) return;
  if (converter_) store(*convert(nullptr));
  send_frames(true);
  send(nullptr);
}

void AudioEncoder::open_for(const AVFrame& frame) {
  AvCodecContextPtr context = make_encoder_context(settings_);
  const AVCodec& codec = *settings_.codec;
  context->sample_rate =
      nearest_rate(codec, settings_.sample_rate ? settings_.sample_rate : frame.sample_rate);
  const auto own = static_cast<AVSampleFormat>(frame.format);
  context->sample_fmt =
      settings_.format != AV_SAMPLE_FMT_NONE ? settings_.format : nearest_format(codec, own);
  choose_layout(codec, settings_.n_channels, frame.ch_layout, context->ch_layout);
  context->time_base = {1, context->sample_rate};
  if (frame.pts != AV_NOPTS_VALUE) {
    start_ = av_rescale_q(frame.pts, frame.time_base, context->time_base);
    start_us_ = av_rescale_q(frame.pts, frame.time_base, AV_TIME_BASE_Q);
  }
  open(std::move(context));
  fifo_.reset(require(av_audio_fifo_alloc(
      this->context().sample_fmt, this->context().ch_layout.nb_channels, kFreeFrameSamples)));
}

// A converter for frames like this one; none where the codec takes them as they are.
void AudioEncoder::prepare_conversion(const AVFrame& frame) {
  const bool is_as_before = frame.sample_rate == in_rate_ && frame.format == in_format_ &&
                            av_channel_layout_compare(&frame.ch_layout, &in_layout_) == 0;
  if (is_as_before) return;
  if (converter_) store(*convert(nullptr));  // what it still holds comes first
  converter_.reset();
  in_rate_ = frame.sample_rate;
  in_format_ = frame.format;
  check(av_channel_layout_copy(&in_layout_, &frame.ch_layout), "the channel layout");
  const AVCodecContext& to = context();
  if (in_rate_ == to.sample_rate && in_format_ == to.sample_fmt &&
      av_channel_layout_compare(&in_layout_, &to.ch_layout) == 0) {
    return;
  }
  SwrContext* made = nullptr;
  AVChannelLayout to_layout = to.ch_layout;  // FFmpeg 5.1 does not say const; it only reads it
  check(swr_alloc_set_opts2(&made, &to_layout, to.sample_fmt, to.sample_rate, &in_layout_,
                            static_cast<AVSampleFormat>(in_format_), in_rate_, 0, nullptr),
        "the sound can't be converted");
  converter_.reset(made);
  check(swr_init(made), "the sound can't be converted");
}

void AudioEncoder::keep_in_time(const AVFrame& frame) {
  if (frame.pts == AV_NOPTS_VALUE) return;
  const int rate = context().sample_rate;
  const std::int64_t held = converter_ ? swr_get_delay(converter_.get(), rate) : 0;
  const std::int64_t is_at = start_ + n_stored_ + held - n_to_cut_;
  const std::int64_t should_be = av_rescale_q(frame.pts, frame.time_base, AVRational{1, rate});
  const std::int64_t hole = should_be - is_at;
  if (std::llabs(hole) * kToleranceShare < rate) return;
  if (hole < 0) {
    n_to_cut_ -= hole;
    return;
  }
  if (converter_) {  // what it still holds comes before the hole
    in_rate_ = 0;
    prepare_conversion(frame);
  }
  store_silence(should_be - start_ - n_stored_);
}

void AudioEncoder::store_silence(std::int64_t n_samples) {
  while (n_samples > 0) {
    const AvFramePtr silence =
        new_frame(static_cast<int>(std::min<std::int64_t>(n_samples, kFreeFrameSamples)));
    check(av_samples_set_silence(silence->extended_data, 0, silence->nb_samples,
                                 context().ch_layout.nb_channels, context().sample_fmt),
          "silence");
    n_samples -= silence->nb_samples;
    store(*silence);
    send_frames(false);
  }
}

// Null: what the converter still holds.
AvFramePtr AudioEncoder::convert(const AVFrame* frame) {
  const int n_in = frame ? frame->nb_samples : 0;
  AvFramePtr out = new_frame(std::max(swr_get_out_samples(converter_.get(), n_in), 1));
  const auto** in = frame ? const_cast<const std::uint8_t**>(frame->extended_data) : nullptr;
  out->nb_samples =
      check(swr_convert(converter_.get(), out->extended_data, out->nb_samples, in, n_in),
            "the sound could not be converted");
  return out;
}

void AudioEncoder::store(const AVFrame& converted) {
  const int n_cut = static_cast<int>(std::min<std::int64_t>(n_to_cut_, converted.nb_samples));
  n_to_cut_ -= n_cut;
  const int n_left = converted.nb_samples - n_cut;
  if (n_left == 0) return;
  const AVCodecContext& to = context();
  const bool is_planar = av_sample_fmt_is_planar(to.sample_fmt) != 0;
  const int n_planes = is_planar ? to.ch_layout.nb_channels : 1;
  const int step =
      av_get_bytes_per_sample(to.sample_fmt) * (is_planar ? 1 : to.ch_layout.nb_channels);
  std::vector<void*> planes;
  planes.reserve(static_cast<std::size_t>(n_planes));
  for (int i = 0; i < n_planes; ++i) planes.push_back(converted.extended_data[i] + n_cut * step);
  if (av_audio_fifo_write(fifo_.get(), planes.data(), n_left) < n_left) throw std::bad_alloc();
  n_stored_ += n_left;
}

void AudioEncoder::send_frames(bool is_end) {
  const int frame_size = context().frame_size ? context().frame_size : kFreeFrameSamples;
  while (true) {
    const int n_held = av_audio_fifo_size(fifo_.get());
    if (n_held == 0 || (n_held < frame_size && !is_end)) return;
    AvFramePtr frame = new_frame(std::min(n_held, frame_size));
    check(av_audio_fifo_read(fifo_.get(), reinterpret_cast<void**>(frame->extended_data),
                             frame->nb_samples),
          "the sound");
    frame->pts = start_ + n_sent_;
    n_sent_ += frame->nb_samples;
    send(frame.get());
  }
}

AvFramePtr AudioEncoder::new_frame(int n_samples) const {
  AvFramePtr frame = make_av_frame();
  frame->nb_samples = n_samples;
  frame->format = context().sample_fmt;
  frame->sample_rate = context().sample_rate;
  check(av_channel_layout_copy(&frame->ch_layout, &context().ch_layout), "the channel layout");
  check(av_frame_get_buffer(frame.get(), 0), "no memory for samples");
  return frame;
}

}  // namespace capstan::ffmpeg
