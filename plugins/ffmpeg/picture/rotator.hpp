// Turns pictures the way their metadata says, as the ffmpeg tool does by default.
#pragma once

#include <array>
#include <string>

#include "../av/av_ptr.hpp"
#include "../av/libavfilter.hpp"

namespace capstan::ffmpeg {

/// The libavfilter chain that undoes a display matrix ("transpose=clock", "hflip,vflip"), empty
/// when there is nothing to do. Null matrix: nothing.
std::string rotation_filters(const std::int32_t* matrix);

/// Applies display matrices, of the frame (EXIF, SEI) or else of its stream. Home: one worker at a
/// time.
class Rotator {
 public:
  /// The upright picture: the frame itself when it already is. Metadata is kept.
  AvFramePtr apply(AvFramePtr frame, const AVStream& stream);

 private:
  void build(const AVFrame& frame, const AVStream& stream, const std::string& filters);
  bool fits(const AVFrame& frame, const std::string& filters) const noexcept;

  AvFilterGraphPtr graph_;
  AVFilterContext* source_ = nullptr;  // of graph_
  AVFilterContext* sink_ = nullptr;
  std::string filters_;
  std::array<int, 3> geometry_{};  // width, height, format that the graph was built for
};

}  // namespace capstan::ffmpeg
