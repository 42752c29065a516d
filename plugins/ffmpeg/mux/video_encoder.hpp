// Encodes pictures.
#pragma once

#include "../picture/scaler.hpp"
#include "stream_encoder.hpp"

namespace capstan::ffmpeg {

/// Size, pixel format, aspect ratio and colours are those of the first picture; later ones of
/// another size or format are scaled to it. Pictures that are not later than the one before are
/// left out.
class VideoEncoder final : public StreamEncoder {
 public:
  /// `frame_rate` as the container says it; 0/1 when nobody knows.
  VideoEncoder(const VideoSettings& settings, AVRational frame_rate)
      : settings_(settings), frame_rate_(frame_rate) {}

  void encode(AvFramePtr frame) override;
  void finish() override;
  /// Pictures that were left out because of their time.
  std::int64_t n_left_out() const noexcept { return n_left_out_; }

 private:
  void open_for(const AVFrame& frame);
  AVPixelFormat format_for(const AVFrame& frame) const;
  int side_for(int side, AVPixelFormat format, bool is_width) const;
  void set_times(const AVFrame& frame, AVCodecContext& context);
  std::int64_t time_of(const AVFrame& frame) const;
  bool is_keyframe_due(std::int64_t pts);
  void describe_more(StreamInfo& info) const override;
  std::int64_t packet_duration() const noexcept override;

  const VideoSettings& settings_;
  AVRational frame_rate_;
  Scaler scaler_;
  ScaleTarget target_;
  std::vector<std::int32_t> display_matrix_;
  std::int64_t first_pts_ = 0;
  std::int64_t last_pts_ = AV_NOPTS_VALUE;
  std::int64_t n_frames_ = 0;
  std::int64_t n_left_out_ = 0;
  std::int64_t next_keyframe_ = 0;  // number of the next boundary
};

}  // namespace capstan::ffmpeg
