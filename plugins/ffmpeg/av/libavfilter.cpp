#include "libavfilter.hpp"

#include <dlfcn.h>

#include <stdexcept>
#include <string>

extern "C" {
#include <libavfilter/version.h>
}

#include "av_ptr.hpp"

namespace capstan::ffmpeg {

namespace {

// Of the version whose headers are in use.
constexpr const char* kFile = "libavfilter.so." AV_STRINGIFY(LIBAVFILTER_VERSION_MAJOR);

[[noreturn]] void fail_to_load() {
  throw std::runtime_error(std::string("libavfilter can't be used: ") + ::dlerror());
}

template <class Function>
void find(void* library, const char* name, Function*& function) {
  function = reinterpret_cast<Function*>(::dlsym(library, name));
  if (!function) fail_to_load();
}

Libavfilter load() {
  void* library = ::dlopen(kFile, RTLD_NOW | RTLD_LOCAL);
  if (!library) fail_to_load();
  Libavfilter made{};
#define CAPSTAN_FIND(name) find(library, #name, made.name)
  CAPSTAN_FIND(av_buffersink_get_frame);
  CAPSTAN_FIND(av_buffersink_get_frame_rate);
  CAPSTAN_FIND(av_buffersink_get_time_base);
  CAPSTAN_FIND(av_buffersink_get_type);
  CAPSTAN_FIND(av_buffersrc_add_frame_flags);
  CAPSTAN_FIND(av_buffersrc_close);
  CAPSTAN_FIND(av_buffersrc_parameters_alloc);
  CAPSTAN_FIND(av_buffersrc_parameters_set);
  CAPSTAN_FIND(av_buffersrc_write_frame);
  CAPSTAN_FIND(avfilter_get_by_name);
  CAPSTAN_FIND(avfilter_graph_alloc);
  CAPSTAN_FIND(avfilter_graph_alloc_filter);
  CAPSTAN_FIND(avfilter_graph_config);
  CAPSTAN_FIND(avfilter_graph_create_filter);
  CAPSTAN_FIND(avfilter_graph_free);
  CAPSTAN_FIND(avfilter_graph_parse2);
  CAPSTAN_FIND(avfilter_init_str);
  CAPSTAN_FIND(avfilter_inout_free);
  CAPSTAN_FIND(avfilter_link);
  CAPSTAN_FIND(avfilter_pad_get_type);
#undef CAPSTAN_FIND
  return made;
}

}  // namespace

const Libavfilter& libavfilter() {
  static const Libavfilter loaded = load();
  return loaded;
}

AvFilterGraphPtr make_filter_graph() {
  AvFilterGraphPtr graph(require(libavfilter().avfilter_graph_alloc()));
  graph->nb_threads = 1;  // the pool runs jobs side by side
  // What the ffmpeg tool gives to the scalers that it, or libavfilter by itself, puts in.
  graph->scale_sws_opts = require(av_strdup("flags=bicubic"));
  return graph;
}

}  // namespace capstan::ffmpeg
