// libavfilter, loaded when it is first needed. It brings 33 libraries of its own, which would cost
// every start of the program 20 ms and 15 MB, and few pipelines filter anything.
#pragma once

#include <memory>

extern "C" {
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
}

namespace capstan::ffmpeg {

/// Its functions, under their own names.
struct Libavfilter {
  decltype(&::av_buffersink_get_frame) av_buffersink_get_frame;
  decltype(&::av_buffersink_get_frame_rate) av_buffersink_get_frame_rate;
  decltype(&::av_buffersink_get_time_base) av_buffersink_get_time_base;
  decltype(&::av_buffersink_get_type) av_buffersink_get_type;
  decltype(&::av_buffersrc_add_frame_flags) av_buffersrc_add_frame_flags;
  decltype(&::av_buffersrc_close) av_buffersrc_close;
  decltype(&::av_buffersrc_parameters_alloc) av_buffersrc_parameters_alloc;
  decltype(&::av_buffersrc_parameters_set) av_buffersrc_parameters_set;
  decltype(&::av_buffersrc_write_frame) av_buffersrc_write_frame;
  decltype(&::avfilter_get_by_name) avfilter_get_by_name;
  decltype(&::avfilter_graph_alloc) avfilter_graph_alloc;
  decltype(&::avfilter_graph_alloc_filter) avfilter_graph_alloc_filter;
  decltype(&::avfilter_graph_config) avfilter_graph_config;
  decltype(&::avfilter_graph_create_filter) avfilter_graph_create_filter;
  decltype(&::avfilter_graph_free) avfilter_graph_free;
  decltype(&::avfilter_graph_parse2) avfilter_graph_parse2;
  decltype(&::avfilter_init_str) avfilter_init_str;
  decltype(&::avfilter_inout_free) avfilter_inout_free;
  decltype(&::avfilter_link) avfilter_link;
  decltype(&::avfilter_pad_get_type) avfilter_pad_get_type;
};

/// Never unloaded. Throws std::runtime_error when it is not installed. Any thread.
const Libavfilter& libavfilter();

struct AvFilterGraphDeleter {
  void operator()(AVFilterGraph* graph) const noexcept {
    libavfilter().avfilter_graph_free(&graph);
  }
};
using AvFilterGraphPtr = std::unique_ptr<AVFilterGraph, AvFilterGraphDeleter>;

/// A graph without filters, for frames of jobs that run side by side.
AvFilterGraphPtr make_filter_graph();

}  // namespace capstan::ffmpeg
