#include "sound_maker.hpp"

#include <stdexcept>
#include <utility>
#include <vector>

#include "../av/av_error.hpp"

namespace capstan::ffmpeg {

namespace {

constexpr const char* kNotConverted = "the sound can't be converted";

/// Where sample number `n` of each plane lies.
std::vector<std::uint8_t*> planes_from(const AVFrame& frame, int n) {
  const auto format = static_cast<AVSampleFormat>(frame.format);
  const int n_channels = frame.ch_layout.nb_channels;
  const bool is_planar = av_sample_fmt_is_planar(format) != 0;
  const std::ptrdiff_t step =
      std::ptrdiff_t{av_get_bytes_per_sample(format)} * (is_planar ? 1 : n_channels);
  std::vector<std::uint8_t*> planes(static_cast<std::size_t>(is_planar ? n_channels : 1));
  for (std::size_t i = 0; i < planes.size(); ++i) planes[i] = frame.extended_data[i] + n * step;
  return planes;
}

/// As the ffmpeg tool has it for channels that nobody has named.
void name_channels(AVFrame& frame) {
  if (frame.ch_layout.order != AV_CHANNEL_ORDER_UNSPEC) return;
  av_channel_layout_default(&frame.ch_layout, frame.ch_layout.nb_channels);
}

}  // namespace

bool SoundForm::is_any() const noexcept {
  return sample_rate != 0 || n_channels != 0 || format != AV_SAMPLE_FMT_NONE || n_samples != 0;
}

SoundForm sound_form_from(const Options& options, const std::string& prefix) {
  SoundForm form;
  const auto number = [&](const char* name) {
    return options.has(prefix + name) ? static_cast<int>(options.integer(prefix + name)) : 0;
  };
  form.sample_rate = number("rate");
  form.n_channels = number("channels");
  form.n_samples = number("samples");
  if (options.has(prefix + "format")) {
    const std::string name = options.text(prefix + "format");
    form.format = av_get_sample_fmt(name.c_str());
    if (form.format == AV_SAMPLE_FMT_NONE) {
      throw std::invalid_argument("'" + prefix + "format': FFmpeg knows no sample format '" + name +
                                  "'");
    }
  }
  return form;
}

void SoundMaker::push(AvFramePtr frame, AVRational time_base) {
  frame->time_base = time_base;
  clock_.restamp(*frame);
  name_channels(*frame);
  waiting_ = std::move(frame);
}

AvFramePtr SoundMaker::next() {
  while (converter_ || waiting_) {
    if (!converter_) make_converter();
    const bool has_input = waiting_ && suits(*waiting_);
    const bool is_last = !has_input && (waiting_ || has_ended_);
    if (!has_input && !is_last && !has_rest_) return nullptr;
    convert(has_input, is_last);
    if (is_full()) return std::exchange(made_, nullptr);
    if (!is_last) continue;
    converter_.reset();
    AvFramePtr rest = std::exchange(made_, nullptr);
    if (rest->nb_samples > 0) return rest;
  }
  return nullptr;
}

bool SoundMaker::suits(const AVFrame& frame) const {
  return frame.sample_rate == last_input_->sample_rate && frame.format == last_input_->format &&
         av_channel_layout_compare(&frame.ch_layout, &last_input_->ch_layout) == 0;
}

void SoundMaker::make_converter() {
  last_input_.reset(require(av_frame_clone(waiting_.get())));
  AVFrame& in = *last_input_;
  AVChannelLayout layout{};
  if (form_.n_channels == 0 || form_.n_channels == in.ch_layout.nb_channels) {
    check(av_channel_layout_copy(&layout, &in.ch_layout), kNotConverted);
  } else {
    av_channel_layout_default(&layout, form_.n_channels);
  }
  const auto own = static_cast<AVSampleFormat>(in.format);
  const int out_rate = form_.sample_rate == 0 ? in.sample_rate : form_.sample_rate;
  SwrContext* made = nullptr;
  const int result =
      swr_alloc_set_opts2(&made, &layout, form_.format == AV_SAMPLE_FMT_NONE ? own : form_.format,
                          out_rate, &in.ch_layout, own, in.sample_rate, 0, nullptr);
  converter_.reset(made);
  av_channel_layout_uninit(&layout);
  check(result, kNotConverted);
  check(swr_init(made), kNotConverted);
  swr_next_pts(made, in.pts == AV_NOPTS_VALUE ? 0 : in.pts * out_rate);
}

/// Gives the converter the frame that waits, or, of the last, nothing; takes what it has by then.
void SoundMaker::convert(bool has_input, bool is_last) {
  if (has_input) last_input_ = std::move(waiting_);
  const AVFrame& in = *last_input_;
  const int n_input = has_input ? in.nb_samples : 0;
  const bool is_too_small = made_ && form_.n_samples == 0;
  if (!made_ || is_too_small) begin_frame(n_input);
  if (has_input && in.pts != AV_NOPTS_VALUE) {
    swr_next_pts(converter_.get(), in.pts * made_->sample_rate);
  }
  if (made_->nb_samples == 0) made_->pts = next_pts();
  std::vector<std::uint8_t*> to = planes_from(*made_, made_->nb_samples);
  const int room = capacity_ - made_->nb_samples;
  // Without any input it would give up the samples that the next ones are mixed with.
  const auto** from = is_last ? nullptr : const_cast<const std::uint8_t**>(in.extended_data);
  const int n = check(swr_convert(converter_.get(), to.data(), room, from, n_input), kNotConverted);
  made_->nb_samples += n;
  has_rest_ = n == room;
}

void SoundMaker::begin_frame(int n_input) {
  const AVFrame& in = *last_input_;
  capacity_ = form_.n_samples;
  if (capacity_ == 0) {
    capacity_ = std::max(swr_get_out_samples(converter_.get(), n_input), 1);
  }
  made_ = make_av_frame();
  check(av_frame_copy_props(made_.get(), &in), kNotConverted);
  made_->format = form_.format == AV_SAMPLE_FMT_NONE ? in.format : form_.format;
  made_->sample_rate = form_.sample_rate == 0 ? in.sample_rate : form_.sample_rate;
  made_->time_base = {1, made_->sample_rate};
  if (form_.n_channels == 0 || form_.n_channels == in.ch_layout.nb_channels) {
    check(av_channel_layout_copy(&made_->ch_layout, &in.ch_layout), kNotConverted);
  } else {
    av_channel_layout_default(&made_->ch_layout, form_.n_channels);
  }
  made_->nb_samples = capacity_;
  if (av_frame_get_buffer(made_.get(), 0) < 0) throw std::bad_alloc();
  made_->nb_samples = 0;
}

/// libswresample counts in parts of a second that are whole samples of both rates.
std::int64_t SoundMaker::next_pts() const {
  const std::int64_t at = swr_next_pts(converter_.get(), INT64_MIN);
  return av_rescale_rnd(at, 1, last_input_->sample_rate, AV_ROUND_NEAR_INF);
}

bool SoundMaker::is_full() const noexcept {
  return form_.n_samples > 0 ? made_->nb_samples == capacity_ : made_->nb_samples > 0;
}

}  // namespace capstan::ffmpeg
