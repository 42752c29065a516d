// The first frame at or after a tenth of the duration, 320 wide, as JPEG.
#include "works.hpp"

namespace bench {

namespace pixels = capstan::ffmpeg::pixels;

void thumbnail(const std::string& path, const std::string& output, State& state) {
  constexpr int kWidth = 320;
  Clip clip(path);
  const AVStream* const stream = clip.decode(AVMEDIA_TYPE_VIDEO);
  require(stream != nullptr, "no video");
  const std::int64_t start =
      clip.format()->start_time == AV_NOPTS_VALUE ? 0 : clip.format()->start_time;
  const std::int64_t at =
      av_rescale_q(start + clip.format()->duration / 10, AV_TIME_BASE_Q, stream->time_base);
  av_seek_frame(clip.format(), stream->index, at, AVSEEK_FLAG_BACKWARD);
  const auto is_before = [&](const AVFrame& frame, const AVStream&) {
    if (frame.best_effort_timestamp < at) return true;
    AvPtr<AVFrame> small(av_frame_alloc());
    small->format = AV_PIX_FMT_RGB24;
    small->width = kWidth;
    small->height = static_cast<int>(av_rescale(frame.height, kWidth, frame.width));
    require(av_frame_get_buffer(small.get(), 0) >= 0, "no memory");
    pixels::RgbTarget target;
    target.width = small->width;
    target.height = small->height;
    target.data = small->data[0];
    target.row_stride = small->linesize[0];
    state.resizer.to_rgb(frame, {0, 0, frame.width, frame.height}, target);
    write_jpeg(*small, output);
    state.tally.count();
    return false;
  };
  AvPtr<AVPacket> packet(av_packet_alloc());
  bool goes_on = true;
  while (goes_on && av_read_frame(clip.format(), packet.get()) >= 0) {
    if (packet->stream_index == stream->index) {
      // What is shown before and refers to nothing that comes is passed over by the decoder.
      clip.decoder(*stream)->skip_frame = packet->pts < at ? AVDISCARD_NONREF : AVDISCARD_DEFAULT;
      avcodec_send_packet(clip.decoder(*stream), packet.get());
      goes_on = clip.receive(*stream, is_before);
    }
    av_packet_unref(packet.get());
  }
  if (!goes_on) return;
  avcodec_send_packet(clip.decoder(*stream), nullptr);
  clip.receive(*stream, is_before);
}

}  // namespace bench
