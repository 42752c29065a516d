#include "output.hpp"

extern "C" {
#include <libavutil/opt.h>
}

namespace bench {

Output::Output(const std::string& path) {
  require(avformat_alloc_output_context2(&format_, nullptr, "mp4", path.c_str()) >= 0, "no muxer");
  require(avio_open(&format_->pb, path.c_str(), AVIO_FLAG_WRITE) >= 0, path.c_str());
}

Output::~Output() {
  avio_closep(&format_->pb);
  avformat_free_context(format_);
}

void Output::add(AvPtr<AVCodecContext> encoder) {
  encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  require(avcodec_open2(encoder.get(), nullptr, nullptr) >= 0, "encoder");
  AVStream* const stream = avformat_new_stream(format_, nullptr);
  avcodec_parameters_from_context(stream->codecpar, encoder.get());
  stream->time_base = encoder->time_base;
  encoders_.push_back(std::move(encoder));
}

void Output::begin() { require(avformat_write_header(format_, nullptr) >= 0, "header"); }

void Output::encode(std::size_t n, const AVFrame* frame) {
  require(avcodec_send_frame(encoders_[n].get(), frame) >= 0, "encoding");
  while (avcodec_receive_packet(encoders_[n].get(), packet_.get()) >= 0) {
    packet_->stream_index = static_cast<int>(n);
    // Else the last picture has no length, and the file ends before it.
    if (packet_->duration == 0 && encoders_[n]->framerate.num != 0) {
      packet_->duration =
          av_rescale_q(1, av_inv_q(encoders_[n]->framerate), encoders_[n]->time_base);
    }
    av_packet_rescale_ts(packet_.get(), encoders_[n]->time_base, format_->streams[n]->time_base);
    require(av_interleaved_write_frame(format_, packet_.get()) >= 0, "writing");
  }
}

void Output::end() { require(av_write_trailer(format_) >= 0, "trailer"); }

AvPtr<AVCodecContext> video_encoder(int width, int height, const AVStream& from) {
  AvPtr<AVCodecContext> encoder(avcodec_alloc_context3(avcodec_find_encoder_by_name("libx264")));
  require(encoder != nullptr, "no libx264");
  encoder->width = width;
  encoder->height = height;
  encoder->pix_fmt = AV_PIX_FMT_YUV420P;
  encoder->time_base = from.time_base;
  encoder->framerate = from.avg_frame_rate;
  encoder->thread_count = 1;
  av_opt_set(encoder->priv_data, "preset", "veryfast", 0);
  av_opt_set(encoder->priv_data, "crf", "23", 0);
  return encoder;
}

AvPtr<AVCodecContext> audio_encoder(const AVCodecContext& from) {
  AvPtr<AVCodecContext> encoder(avcodec_alloc_context3(avcodec_find_encoder(AV_CODEC_ID_AAC)));
  encoder->sample_rate = from.sample_rate;
  encoder->sample_fmt = AV_SAMPLE_FMT_FLTP;
  encoder->bit_rate = 128'000;
  encoder->time_base = {1, from.sample_rate};
  av_channel_layout_copy(&encoder->ch_layout, &from.ch_layout);
  return encoder;
}

}  // namespace bench
