// A film to 360 rows of H.264, and its sound to AAC, in one thread.
#include "output.hpp"
#include "works.hpp"

namespace bench {

namespace {

namespace pixels = capstan::ffmpeg::pixels;

AvPtr<AVFrame> scaled(const AVFrame& frame, const AVCodecContext& encoder, State& state) {
  AvPtr<AVFrame> small(av_frame_alloc());
  small->format = frame.format;
  small->width = encoder.width;
  small->height = encoder.height;
  require(av_frame_get_buffer(small.get(), 0) >= 0, "no memory");
  pixels::PlaneTarget target;
  target.width = small->width;
  target.height = small->height;
  for (int i = 0; i < 3; ++i) {
    target.data[i] = small->data[i];
    target.stride[i] = small->linesize[i];
  }
  state.resizer.to_planes(frame, {0, 0, frame.width, frame.height}, target);
  small->pts = frame.best_effort_timestamp;
  return small;
}

}  // namespace

void transcode(const std::string& path, const std::string& file, State& state) {
  constexpr int kHeight = 360;
  Clip clip(path);
  const AVStream* const video = clip.decode(AVMEDIA_TYPE_VIDEO);
  const AVStream* const audio = clip.decode(AVMEDIA_TYPE_AUDIO);
  require(video && audio, "no video or no audio");
  const AVCodecParameters& form = *video->codecpar;
  Output output(file);
  output.add(video_encoder(static_cast<int>(av_rescale(form.width, kHeight, form.height)) & ~1,
                           kHeight, *video));
  output.add(audio_encoder(*clip.decoder(*audio)));
  output.begin();
  std::int64_t n_samples = 0;
  // The decoder's runs of samples are as long as AAC's, so that none has to be kept.
  clip.frames([&](const AVFrame& frame, const AVStream& stream) {
    if (&stream == video) {
      output.encode(0, scaled(frame, output.encoder(0), state).get());
      state.tally.count();
      return true;
    }
    AvPtr<AVFrame> sound(av_frame_clone(&frame));
    sound->pts = n_samples;
    n_samples += sound->nb_samples;
    output.encode(1, sound.get());
    return true;
  });
  output.encode(0, nullptr);
  output.encode(1, nullptr);
  output.end();
}

}  // namespace bench
