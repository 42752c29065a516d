#include "audio_form.hpp"

#include <cstdlib>

#include "../av/av_error.hpp"

namespace capstan::ffmpeg {

namespace {

template <class T>
bool is_in(const T* list, T end, T value) {
  for (; list && *list != end; ++list) {
    if (*list == value) return true;
  }
  return list == nullptr;
}

}  // namespace

int nearest_rate(const AVCodec& codec, int wanted) {
  if (is_in(codec.supported_samplerates, 0, wanted)) return wanted;
  int best = codec.supported_samplerates[0];
  for (const int* rate = codec.supported_samplerates; *rate; ++rate) {
    if (std::abs(*rate - wanted) < std::abs(best - wanted)) best = *rate;
  }
  return best;
}

AVSampleFormat nearest_format(const AVCodec& codec, AVSampleFormat own) {
  const AVSampleFormat* list = codec.sample_fmts;
  if (is_in(list, AV_SAMPLE_FMT_NONE, own)) return own;
  const AVSampleFormat twin =
      av_sample_fmt_is_planar(own) ? av_get_packed_sample_fmt(own) : av_get_planar_sample_fmt(own);
  if (is_in(list, AV_SAMPLE_FMT_NONE, twin)) return twin;
  AVSampleFormat best = list[0];
  for (; *list != AV_SAMPLE_FMT_NONE; ++list) {
    if (av_get_bytes_per_sample(*list) > av_get_bytes_per_sample(best)) best = *list;
  }
  return best;
}

void choose_layout(const AVCodec& codec, int n_channels, const AVChannelLayout& own,
                   AVChannelLayout& layout) {
  if (n_channels == 0) n_channels = own.nb_channels;
  if (n_channels == own.nb_channels && own.order != AV_CHANNEL_ORDER_UNSPEC) {
    check(av_channel_layout_copy(&layout, &own), "the channel layout");
  } else {
    av_channel_layout_default(&layout, n_channels);
  }
  const AVChannelLayout* same_number = nullptr;
  const AVChannelLayout* known = codec.ch_layouts;
  for (; known && known->nb_channels; ++known) {
    if (av_channel_layout_compare(known, &layout) == 0) return;
    if (!same_number && known->nb_channels == n_channels) same_number = known;
  }
  if (same_number) check(av_channel_layout_copy(&layout, same_number), "the channel layout");
}

}  // namespace capstan::ffmpeg
