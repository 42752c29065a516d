#include "rotator.hpp"

#include <cmath>
#include <cstdio>

extern "C" {
#include <libavutil/display.h>
}

#include "../av/av_error.hpp"

namespace capstan::ffmpeg {

namespace {

// A display matrix is 3x3, row by row.
constexpr int kA = 0, kC = 3, kD = 4;

/// Degrees to turn clockwise, 0 up to 360.
double clockwise_degrees(const std::int32_t* matrix) {
  double theta = -std::round(av_display_rotation_get(matrix));
  theta -= 360 * std::floor(theta / 360 + 0.9 / 360);
  return theta;
}

bool is_near(double theta, double degrees) { return std::fabs(theta - degrees) < 1.0; }

const std::int32_t* matrix_of(const AVFrame& frame, const AVStream& stream) {
  if (const auto* data = av_frame_get_side_data(&frame, AV_FRAME_DATA_DISPLAYMATRIX)) {
    return reinterpret_cast<const std::int32_t*>(data->data);
  }
  return reinterpret_cast<const std::int32_t*>(
      av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, nullptr));
}

AvFramePtr take(AVFilterContext* sink) {
  AvFramePtr frame = make_av_frame();
  check(libavfilter().av_buffersink_get_frame(sink, frame.get()),
        "the picture could not be rotated");
  return frame;
}

}  // namespace

// The cases are those of ffmpeg's configure_input_video_filter().
std::string rotation_filters(const std::int32_t* matrix) {
  if (!matrix) return {};
  const double theta = clockwise_degrees(matrix);
  if (is_near(theta, 90)) return matrix[kC] > 0 ? "transpose=cclock_flip" : "transpose=clock";
  if (is_near(theta, 270)) return matrix[kC] < 0 ? "transpose=clock_flip" : "transpose=cclock";
  if (is_near(theta, 180)) {
    std::string filters = matrix[kA] < 0 ? "hflip" : "";
    if (matrix[kD] < 0) filters += filters.empty() ? "vflip" : ",vflip";
    return filters;
  }
  if (std::fabs(theta) > 1.0) {
    char filter[64];
    std::snprintf(filter, sizeof(filter), "rotate=%f*PI/180", theta);
    return filter;
  }
  return matrix[kD] < 0 ? "vflip" : "";
}

AvFramePtr Rotator::apply(AvFramePtr frame, const AVStream& stream) {
  const std::string filters = rotation_filters(matrix_of(*frame, stream));
  if (filters.empty()) return frame;
  if (!fits(*frame, filters)) build(*frame, stream, filters);
  check(libavfilter().av_buffersrc_write_frame(source_, frame.get()),
        "the picture could not be rotated");
  AvFramePtr upright = take(sink_);
  // It is upright now; whoever looks at the matrix again would turn it twice.
  av_frame_remove_side_data(upright.get(), AV_FRAME_DATA_DISPLAYMATRIX);
  return upright;
}

bool Rotator::fits(const AVFrame& frame, const std::string& filters) const noexcept {
  return graph_ && filters == filters_ &&
         geometry_ == std::array<int, 3>{frame.width, frame.height, frame.format};
}

void Rotator::build(const AVFrame& frame, const AVStream& stream, const std::string& filters) {
  AvFilterGraphPtr graph = make_filter_graph();
  const AVRational sar = frame.sample_aspect_ratio;
  const AVRational tb = stream.time_base;
  char source[256];
  std::snprintf(source, sizeof(source),
                "buffer=width=%d:height=%d:pix_fmt=%d:time_base=%d/%d:pixel_aspect=%d/%d",
                frame.width, frame.height, frame.format, tb.num, tb.den, sar.num,
                std::max(sar.den, 1));
  const std::string chain = std::string(source) + "[in];[in]" + filters + "[out];[out]buffersink";
  AVFilterInOut* open_inputs = nullptr;
  AVFilterInOut* open_outputs = nullptr;
  const int parsed =
      libavfilter().avfilter_graph_parse2(graph.get(), chain.c_str(), &open_inputs, &open_outputs);
  libavfilter().avfilter_inout_free(&open_inputs);
  libavfilter().avfilter_inout_free(&open_outputs);
  check(parsed, "the rotation could not be set up");
  check(libavfilter().avfilter_graph_config(graph.get(), nullptr),
        "the rotation could not be set up");
  for (unsigned i = 0; i < graph->nb_filters; ++i) {
    const std::string_view name = graph->filters[i]->filter->name;
    if (name == "buffer") source_ = graph->filters[i];
    if (name == "buffersink") sink_ = graph->filters[i];
  }
  graph_ = std::move(graph);
  filters_ = filters;
  geometry_ = {frame.width, frame.height, frame.format};
}

}  // namespace capstan::ffmpeg
