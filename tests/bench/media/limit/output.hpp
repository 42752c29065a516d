// An MP4 file with a video and an audio stream, and their encoders.
#pragma once

#include <vector>

#include "clip.hpp"

namespace bench {

/// Owns what is written. Home: one thread.
class Output {
 public:
  explicit Output(const std::string& path);
  ~Output();

  /// Adds a stream whose encoder is set up but not opened; opens it.
  void add(AvPtr<AVCodecContext> encoder);
  void begin();
  /// Encodes a frame of the n-th stream, or with null what is left of it.
  void encode(std::size_t n, const AVFrame* frame);
  AVCodecContext& encoder(std::size_t n) const { return *encoders_[n]; }
  void end();

 private:
  AVFormatContext* format_ = nullptr;
  std::vector<AvPtr<AVCodecContext>> encoders_;
  AvPtr<AVPacket> packet_{av_packet_alloc()};
};

/// libx264 as the work asks for it, and AAC.
AvPtr<AVCodecContext> video_encoder(int width, int height, const AVStream& from);
AvPtr<AVCodecContext> audio_encoder(const AVCodecContext& from);

}  // namespace bench
