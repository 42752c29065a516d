#include "filter_graph.hpp"

#include "../av/av_error.hpp"
#include "../av/av_log.hpp"
#include "../av/frame_item.hpp"

namespace capstan::ffmpeg {

namespace {

constexpr const char* kGraphFailed = "the filter graph failed";

/// Pads that a graph's text leaves open; an owner of both lists.
struct OpenPads {
  OpenPads() = default;
  OpenPads(const OpenPads&) = delete;
  OpenPads& operator=(const OpenPads&) = delete;
  ~OpenPads() {
    libavfilter().avfilter_inout_free(&in);
    libavfilter().avfilter_inout_free(&out);
  }
  AVFilterInOut* in = nullptr;
  AVFilterInOut* out = nullptr;
};

int count(const AVFilterInOut* pads) {
  int n = 0;
  for (; pads; pads = pads->next) ++n;
  return n;
}

/// What FFmpeg said first, which is the cause, and last, which names the filter.
std::string first_and_last_complaint(int code) {
  const std::string first = LogScope::first_error(), last = LogScope::last_error();
  if (first.empty()) return error_text(code);
  return first == last ? first : first + "; " + last;
}

void require_set_up(int result) {
  if (result == AVERROR(ENOMEM)) throw std::bad_alloc();
  if (result < 0) {
    throw std::runtime_error("the filter graph could not be set up: " +
                             first_and_last_complaint(result));
  }
}

std::string counted_open(int n, const char* noun) {
  return std::to_string(n) + " open " + noun + (n == 1 ? "" : "s");
}

/// A source that gives frames like `first`.
AVFilterContext* add_source(AVFilterGraph& graph, const AVFrame& first) {
  const bool is_video = type_of(first) == AVMEDIA_TYPE_VIDEO;
  AVFilterContext* source = require(libavfilter().avfilter_graph_alloc_filter(
      &graph, libavfilter().avfilter_get_by_name(is_video ? "buffer" : "abuffer"), "in"));
  auto* shape = require(libavfilter().av_buffersrc_parameters_alloc());
  shape->format = first.format;
  shape->time_base = first.time_base;
  shape->width = first.width;
  shape->height = first.height;
  shape->sample_aspect_ratio = first.sample_aspect_ratio;
  shape->sample_rate = first.sample_rate;
  shape->ch_layout = first.ch_layout;  // borrowed: params_set copies it
  const int result = libavfilter().av_buffersrc_parameters_set(source, shape);
  av_free(shape);
  require_set_up(result);
  require_set_up(libavfilter().avfilter_init_str(source, nullptr));
  return source;
}

AVFilterContext* add_sink(AVFilterGraph& graph, AVMediaType type) {
  const char* name = type == AVMEDIA_TYPE_VIDEO ? "buffersink" : "abuffersink";
  AVFilterContext* sink = nullptr;
  require_set_up(libavfilter().avfilter_graph_create_filter(
      &sink, libavfilter().avfilter_get_by_name(name), "out", nullptr, nullptr, &graph));
  return sink;
}

}  // namespace

GraphEnds check_graph(const std::string& text) {
  const AvFilterGraphPtr graph = make_filter_graph();
  OpenPads pads;
  LogScope::clear_error();
  const int parsed =
      libavfilter().avfilter_graph_parse2(graph.get(), text.c_str(), &pads.in, &pads.out);
  if (parsed == AVERROR(ENOMEM)) throw std::bad_alloc();
  if (parsed < 0) {
    throw std::invalid_argument("the filter graph '" + text +
                                "' is refused: " + first_and_last_complaint(parsed));
  }
  const int n_in = count(pads.in), n_out = count(pads.out);
  if (n_in != 1 || n_out != 1) {
    throw std::invalid_argument("the filter graph '" + text + "' has " +
                                counted_open(n_in, "input") + " and " +
                                counted_open(n_out, "output") + ": expected one of each");
  }
  return {
      libavfilter().avfilter_pad_get_type(pads.in->filter_ctx->input_pads, pads.in->pad_idx),
      libavfilter().avfilter_pad_get_type(pads.out->filter_ctx->output_pads, pads.out->pad_idx)};
}

FilterGraph::FilterGraph(const std::string& text, const AVFrame& first)
    : graph_(make_filter_graph()), shape_(make_av_frame()) {
  LogScope::clear_error();
  require_set_up(av_frame_copy_props(shape_.get(), &first));
  shape_->format = first.format;
  shape_->width = first.width;
  shape_->height = first.height;
  shape_->sample_rate = first.sample_rate;
  shape_->time_base = first.time_base;
  require_set_up(av_channel_layout_copy(&shape_->ch_layout, &first.ch_layout));
  OpenPads pads;
  require_set_up(
      libavfilter().avfilter_graph_parse2(graph_.get(), text.c_str(), &pads.in, &pads.out));
  const auto out = static_cast<unsigned>(pads.out->pad_idx);
  const auto in = static_cast<unsigned>(pads.in->pad_idx);
  source_ = add_source(*graph_, first);
  sink_ = add_sink(*graph_, libavfilter().avfilter_pad_get_type(pads.out->filter_ctx->output_pads,
                                                                pads.out->pad_idx));
  require_set_up(libavfilter().avfilter_link(source_, 0, pads.in->filter_ctx, in));
  require_set_up(libavfilter().avfilter_link(pads.out->filter_ctx, out, sink_, 0));
  require_set_up(libavfilter().avfilter_graph_config(graph_.get(), nullptr));
  time_base_ = libavfilter().av_buffersink_get_time_base(sink_);
  if (libavfilter().av_buffersink_get_type(sink_) == AVMEDIA_TYPE_VIDEO) {
    frame_rate_ = libavfilter().av_buffersink_get_frame_rate(sink_);
  }
}

bool FilterGraph::fits(const AVFrame& frame) const noexcept {
  return frame.format == shape_->format && frame.width == shape_->width &&
         frame.height == shape_->height && frame.sample_rate == shape_->sample_rate &&
         av_cmp_q(frame.time_base, shape_->time_base) == 0 &&
         av_channel_layout_compare(&frame.ch_layout, &shape_->ch_layout) == 0;
}

void FilterGraph::push(AvFramePtr frame) {
  LogScope::clear_error();
  if (frame->pts != AV_NOPTS_VALUE) {
    std::int64_t duration = frame->nb_samples;  // audio counts in samples
    if (type_of(*frame) == AVMEDIA_TYPE_VIDEO) duration = detail::duration_of(*frame);
    const bool has_step = last_pts_ != AV_NOPTS_VALUE && frame->pts > last_pts_;
    if (duration <= 0 && has_step) duration = frame->pts - last_pts_;
    last_pts_ = frame->pts;
    end_pts_ = frame->pts + std::max<std::int64_t>(duration, 0);
  }
  // Without AV_BUFFERSRC_FLAG_PUSH filters run when a frame is pulled, so that one that makes many
  // of one frame does not make them all at once.
  const int result = libavfilter().av_buffersrc_add_frame_flags(source_, frame.get(), 0);
  if (result != AVERROR_EOF) check(result, kGraphFailed);  // some, such as trim, want no more
}

void FilterGraph::push_end() {
  LogScope::clear_error();
  check(libavfilter().av_buffersrc_close(source_, end_pts_, 0), kGraphFailed);
}

AvFramePtr FilterGraph::pull() {
  AvFramePtr frame = make_av_frame();
  LogScope::clear_error();
  const int result = libavfilter().av_buffersink_get_frame(sink_, frame.get());
  if (result == AVERROR(EAGAIN) || result == AVERROR_EOF) return nullptr;
  check(result, kGraphFailed);
  fix_duration(*frame);
  return frame;
}

// Filters pass on the duration they were given, in the unit of the input, whatever they do.
void FilterGraph::fix_duration(AVFrame& frame) const noexcept {
  if (frame_rate_.num > 0 && frame_rate_.den > 0) {
    detail::set_duration(frame, av_rescale_q(1, av_inv_q(frame_rate_), time_base_));
  } else if (av_cmp_q(time_base_, shape_->time_base) != 0) {
    detail::set_duration(frame, 0);
  }
}

}  // namespace capstan::ffmpeg
