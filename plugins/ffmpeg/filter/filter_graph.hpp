// A filter graph of libavfilter with one input and one output.
#pragma once

#include <string>

#include "../av/av_ptr.hpp"
#include "../av/libavfilter.hpp"

namespace capstan::ffmpeg {

/// What a graph takes and gives: AVMEDIA_TYPE_VIDEO or AVMEDIA_TYPE_AUDIO.
struct GraphEnds {
  AVMediaType in = AVMEDIA_TYPE_UNKNOWN;
  AVMediaType out = AVMEDIA_TYPE_UNKNOWN;
};

/// Makes the filters of a graph, in the ffmpeg tool's language, without frames to set them up for.
/// Throws std::invalid_argument with FFmpeg's reason for a filter or option that does not exist,
/// for wrong syntax, and when there is not exactly one open input and one open output. Stands
/// within a LogScope.
GraphEnds check_graph(const std::string& text);

/// A graph at work on frames of one shape. Home: one worker at a time. Every call must stand within
/// a LogScope; failures throw std::runtime_error.
class FilterGraph {
 public:
  /// Sets the graph up for frames like `first`, in the unit of its time_base. `text` was checked.
  FilterGraph(const std::string& text, const AVFrame& first);

  /// Whether frames of this size, format, rate, layout and unit go in.
  bool fits(const AVFrame& frame) const noexcept;
  /// Gives a frame; then pull() until it gives none.
  void push(AvFramePtr frame);
  /// No more frames will come; then pull() until it gives none.
  void push_end();
  /// A frame in units of time_base(), or null: push more, or it is the end.
  AvFramePtr pull();
  AVRational time_base() const noexcept { return time_base_; }

 private:
  void fix_duration(AVFrame& frame) const noexcept;

  AvFilterGraphPtr graph_;
  AVFilterContext* source_ = nullptr;  // of graph_
  AVFilterContext* sink_ = nullptr;
  AvFramePtr shape_;  // properties of the first frame, without its memory
  AVRational time_base_{0, 1};
  AVRational frame_rate_{0, 1};  // 0/1 when not constant
  std::int64_t last_pts_ = AV_NOPTS_VALUE;
  std::int64_t end_pts_ = AV_NOPTS_VALUE;  // where the last frame given ends
};

}  // namespace capstan::ffmpeg
