// The `mux` stage: the packets of a job become a file, or several.
#pragma once

#include <memory>
#include <vector>

#include <capstan/sdk/plugin.hpp>

#include "../av/av_log.hpp"
#include "muxer.hpp"

namespace capstan::ffmpeg {

inline constexpr Option kMuxOptions[] = {
    {.name = "format",
     .type = OptionType::text,
     .help = "container as FFmpeg names it, or its extension: mp4, mov, mkv, webm, mpegts, m4a, "
             "mp3, flac, ogg, wav, gif, hls, dash"},
    {.name = "options",
     .type = OptionType::text,
     .default_value = "",
     .help = "settings of the muxer, such as movflags: faststart",
     .is_map = true},
    {.name = "name",
     .type = OptionType::text,
     .default_value = "index",
     .help = "of the main file, without its extension: what playlists and their segments are "
             "called"},
    {.name = "inputs",
     .type = OptionType::integer,
     .default_value = "1",
     .help = "how many stages give packets: their streams are waited for",
     .range = "1..100"},
    {.name = "folder",
     .type = OptionType::text,
     .default_value = "",
     .help = "where a file lies until 'write' puts it in place, without copying if that is on the "
             "same file system; $TMPDIR or /var/tmp unless given"},
};

class MuxStage final : public GeneratorStage {
 public:
  /// Throws std::invalid_argument for a format or an option that the muxer does not have.
  MuxStage(StageContext& context, const Options& options);
  Generator<Item> process(Item in) override;
  Generator<Item> finish_items() override;

 private:
  void take(const Item& in);
  bool note_program(const Packet& packet);
  void begin_file();
  Item next_file();

  StageContext& context_;
  LogSink sink_;
  const MuxSettings settings_;
  const std::size_t n_inputs_;
  std::vector<Ref<const Program>> programs_;
  std::vector<Item> held_;  // until all programs are known
  std::size_t held_bytes_ = 0;
  Item stem_;  // what outputs are made from: job and metadata, no payload
  std::unique_ptr<Muxer> muxer_;
  std::vector<FinishedFile> finished_;
};

}  // namespace capstan::ffmpeg
