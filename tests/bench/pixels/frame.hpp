// A picture as libav* has it.
#pragma once

#include <memory>

extern "C" {
#include <libavutil/frame.h>
}

#include "bench/pixels/pictures.hpp"

namespace bench {

struct FrameDeleter {
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
};

/// Views pictures, one at a time.
class FrameView {
 public:
  FrameView() : frame_(av_frame_alloc()) {
    if (!frame_) throw std::bad_alloc();
    frame_->format = AV_PIX_FMT_YUV420P;
  }
  const AVFrame& of(const Picture& picture) {
    frame_->width = picture.width;
    frame_->height = picture.height;
    for (int c = 0; c < 3; ++c) {
      frame_->data[c] = picture.planes[c].get();
      frame_->linesize[c] = picture.strides[c];
    }
    return *frame_;
  }

 private:
  std::unique_ptr<AVFrame, FrameDeleter> frame_;
};

}  // namespace bench
