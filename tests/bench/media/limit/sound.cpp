// Sound to 16 kHz, mono, float.
#include <vector>

extern "C" {
#include <libavutil/opt.h>
#include <libswresample/swresample.h>
}

#include "works.hpp"

namespace bench {

namespace {

struct SwrDeleter {
  void operator()(SwrContext* context) const { swr_free(&context); }
};

std::unique_ptr<SwrContext, SwrDeleter> resampler(const AVFrame& frame, int rate) {
  AVChannelLayout mono = AV_CHANNEL_LAYOUT_MONO;
  AVChannelLayout layout = frame.ch_layout;  // the call takes what it does not change
  SwrContext* context = nullptr;
  swr_alloc_set_opts2(&context, &mono, AV_SAMPLE_FMT_FLT, rate, &layout,
                      static_cast<AVSampleFormat>(frame.format), frame.sample_rate, 0, nullptr);
  std::unique_ptr<SwrContext, SwrDeleter> owner(context);
  require(context && swr_init(context) >= 0, "no resampler");
  return owner;
}

}  // namespace

void sound(const std::string& path, State& state) {
  constexpr int kRate = 16'000;
  Clip clip(path);
  require(clip.decode(AVMEDIA_TYPE_AUDIO) != nullptr, "no audio");
  std::unique_ptr<SwrContext, SwrDeleter> swr;
  std::vector<float> out;
  const auto convert = [&](const AVFrame* frame) {
    const int n_in = frame ? frame->nb_samples : 0;
    out.resize(static_cast<std::size_t>(swr_get_out_samples(swr.get(), n_in)));
    auto* to = reinterpret_cast<std::uint8_t*>(out.data());
    const auto** from = frame ? const_cast<const std::uint8_t**>(frame->extended_data) : nullptr;
    const int n = swr_convert(swr.get(), &to, static_cast<int>(out.size()), from, n_in);
    state.tally.hear(out.data(), n);
  };
  clip.frames([&](const AVFrame& frame, const AVStream&) {
    if (!swr) swr = resampler(frame, kRate);
    convert(&frame);
    return true;
  });
  if (swr) convert(nullptr);
  state.tally.count();
}

}  // namespace bench
