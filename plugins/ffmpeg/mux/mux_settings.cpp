#include "mux_settings.hpp"

#include <algorithm>
#include <stdexcept>

extern "C" {
#include <libavutil/opt.h>
}

#include "../av/av_error.hpp"
#include "output_files.hpp"
#include "unnamed_file.hpp"

namespace capstan::ffmpeg {

namespace {

// Those that write files through the callbacks of their context. Others of this kind draw on a
// screen, talk to a network, or open paths past us.
constexpr std::string_view kMuxersOfManyFiles[] = {"hls", "dash", "segment"};

// How far apart multiplexed streams may lie: the ffmpeg tool's -muxdelay.
constexpr int kMaxDelayUs = 700'000;

// "mp4", else as the extension of a file: "m4a", "mkv".
const AVOutputFormat* find_muxer(const std::string& name) {
  if (const AVOutputFormat* format = av_guess_format(name.c_str(), nullptr, nullptr)) return format;
  return av_guess_format(nullptr, ("x." + name).c_str(), nullptr);
}

void check_muxer(const AVOutputFormat* format, const std::string& name) {
  if (!format) {
    throw std::invalid_argument("'format': FFmpeg writes no format, and knows no extension, '" +
                                name + "'");
  }
  const bool is_known = std::find(std::begin(kMuxersOfManyFiles), std::end(kMuxersOfManyFiles),
                                  std::string_view(format->name)) != std::end(kMuxersOfManyFiles);
  if ((format->flags & AVFMT_NOFILE) != 0 && !is_known) {
    throw std::invalid_argument("'format': '" + name + "' does not write files");
  }
}

std::string extension_of(const AVOutputFormat& format, const std::string& name) {
  const std::string known = format.extensions ? format.extensions : "";
  if (av_match_ext(("x." + name).c_str(), known.c_str()) != 0) return name;
  return known.empty() ? name : known.substr(0, known.find(','));
}

std::string media_type_of(const AVOutputFormat& format, const std::string& extension) {
  if (extension == "m4a" || extension == "m4b") return "audio/mp4";  // libavformat: video/mp4
  const std::string known = format.mime_type ? format.mime_type : "";
  return known.substr(0, known.find(','));
}

void set_option(AVFormatContext& context, const std::string& name, const std::string& value) {
  const std::string muxer = context.oformat->name;
  const int result = av_opt_set(&context, name.c_str(), value.c_str(), AV_OPT_SEARCH_CHILDREN);
  if (result == AVERROR_OPTION_NOT_FOUND) {
    throw std::invalid_argument("'options': the muxer '" + muxer + "' has no option '" + name +
                                "'");
  }
  if (result < 0) {
    throw std::invalid_argument("'options." + name + "' is '" + value + "', which the muxer '" +
                                muxer + "' does not take");
  }
}

void set_defaults(AVFormatContext& context) {
  // Two runs give the same bytes: no random identifiers, no version of the library.
  context.flags |= AVFMT_FLAG_BITEXACT;
  context.max_delay = kMaxDelayUs;
  if (std::string_view(context.oformat->name) != "hls") return;
  // A job is a whole film, not a live stream of which only the end is of interest.
  set_option(context, "hls_playlist_type", "vod");
  set_option(context, "hls_list_size", "0");
}

}  // namespace

MuxSettings read_mux_settings(const Options& options) {
  MuxSettings settings;
  const std::string name = options.text("format");
  settings.format = find_muxer(name);
  check_muxer(settings.format, name);
  settings.extension = extension_of(*settings.format, name);
  if (settings.has_many_files() && std::string_view(settings.format->name) == "hls") {
    settings.extension = "m3u8";
  }
  settings.media_type = media_type_of(*settings.format, settings.extension);
  settings.options = options.map("options");
  settings.name = options.text("name") + '.' + settings.extension;
  settings.folder = options.has("folder") ? options.text("folder") : temporary_folder();
  make_output_context(settings);  // refuses options that are wrong
  return settings;
}

AvUnopenedContextPtr make_output_context(const MuxSettings& settings) {
  AVFormatContext* context = nullptr;
  check(avformat_alloc_output_context2(&context, settings.format, nullptr,
                                       OutputFiles::url_of(settings.name).c_str()),
        "the muxer could not be set up");
  AvUnopenedContextPtr owner(context);
  set_defaults(*context);
  for (const auto& [name, value] : settings.options) set_option(*context, name, value);
  return owner;
}

}  // namespace capstan::ffmpeg
