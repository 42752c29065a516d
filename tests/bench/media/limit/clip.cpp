#include "clip.hpp"

namespace bench {

Clip::Clip(const std::string& path) {
  AVFormatContext* format = nullptr;
  require(avformat_open_input(&format, path.c_str(), nullptr, nullptr) >= 0, path.c_str());
  format_.reset(format);
  require(avformat_find_stream_info(format, nullptr) >= 0, path.c_str());
}

AVStream* Clip::decode(AVMediaType kind) {
  const AVCodec* codec = nullptr;
  const int index = av_find_best_stream(format_.get(), kind, -1, -1, &codec, 0);
  if (index < 0) return nullptr;
  (kind == AVMEDIA_TYPE_VIDEO ? video_ : audio_) = index;
  AVStream* const stream = format_->streams[index];
  auto& decoder = decoders_[kind == AVMEDIA_TYPE_VIDEO ? 0 : 1];
  decoder.reset(avcodec_alloc_context3(codec));
  require(avcodec_parameters_to_context(decoder.get(), stream->codecpar) >= 0, "parameters");
  decoder->thread_count = 1;
  decoder->pkt_timebase = stream->time_base;
  require(avcodec_open2(decoder.get(), codec, nullptr) >= 0, "decoder");
  for (unsigned i = 0; i < format_->nb_streams; ++i) {
    const bool is_taken = static_cast<int>(i) == video_ || static_cast<int>(i) == audio_;
    format_->streams[i]->discard = is_taken ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
  }
  return stream;
}

}  // namespace bench
