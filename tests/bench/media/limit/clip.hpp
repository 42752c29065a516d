// A file of media and a decoder with one thread: only what the work needs.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

namespace bench {

struct AvDeleter {
  void operator()(AVFormatContext* context) const { avformat_close_input(&context); }
  void operator()(AVCodecContext* context) const { avcodec_free_context(&context); }
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
};
template <class T>
using AvPtr = std::unique_ptr<T, AvDeleter>;

inline void require(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(what);
}

/// One file, its best video and audio stream. Home: one thread.
class Clip {
 public:
  explicit Clip(const std::string& path);

  /// Opens the decoder of the best stream of a kind; null when there is none.
  AVStream* decode(AVMediaType kind);
  AVFormatContext* format() const { return format_.get(); }
  AVCodecContext* decoder(const AVStream& stream) const {
    return decoders_[stream.index == video_ ? 0 : 1].get();
  }

  /// Calls each(frame, stream) for every frame of the streams that are decoded.
  template <class Each>
  void frames(Each each) {
    AvPtr<AVPacket> packet(av_packet_alloc());
    while (av_read_frame(format_.get(), packet.get()) >= 0) {
      if (packet->stream_index == video_ || packet->stream_index == audio_) {
        const AVStream& stream = *format_->streams[packet->stream_index];
        avcodec_send_packet(decoder(stream), packet.get());
        receive(stream, each);
      }
      av_packet_unref(packet.get());
    }
    for (const int index : {video_, audio_}) {
      if (index < 0) continue;
      avcodec_send_packet(decoder(*format_->streams[index]), nullptr);
      receive(*format_->streams[index], each);
    }
  }

  /// What the decoder has ready; stops when each() gives false.
  template <class Each>
  bool receive(const AVStream& stream, Each each) {
    while (avcodec_receive_frame(decoder(stream), frame_.get()) >= 0) {
      if (!each(*frame_, stream)) return false;
    }
    return true;
  }

 private:
  AvPtr<AVFormatContext> format_;
  AvPtr<AVCodecContext> decoders_[2];  // of video, of audio
  AvPtr<AVFrame> frame_{av_frame_alloc()};
  int video_ = -1, audio_ = -1;
};

}  // namespace bench
