// What the options of `mux` mean: which muxer, with which settings of its own.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <capstan/sdk/options.hpp>

#include "../av/av_ptr.hpp"

namespace capstan::ffmpeg {

struct MuxSettings {
  const AVOutputFormat* format = nullptr;
  std::string extension;   ///< "mp4"
  std::string media_type;  ///< "video/mp4", empty when unknown
  std::vector<std::pair<std::string, std::string>> options;
  std::string name;    ///< of the main file, with its extension
  std::string folder;  ///< where files lie until they have a name

  /// Whether the muxer opens its files itself: playlist and segments.
  bool has_many_files() const noexcept { return (format->flags & AVFMT_NOFILE) != 0; }
};

/// Throws std::invalid_argument that names the option at fault.
MuxSettings read_mux_settings(const Options& options);

/// A context of the muxer with all settings applied. Throws std::invalid_argument as above.
AvUnopenedContextPtr make_output_context(const MuxSettings& settings);

}  // namespace capstan::ffmpeg
