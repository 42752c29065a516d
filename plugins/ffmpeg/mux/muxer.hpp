// Writes packets into a container.
#pragma once

#include <map>
#include <vector>

#include "mux_settings.hpp"
#include "output_files.hpp"
#include "packet.hpp"
#include "stream_setup.hpp"

namespace capstan::ffmpeg {

/// One output of one job. Home: one worker at a time; every call within a LogScope. Destroyed
/// before finish() it leaves nothing.
class Muxer {
 public:
  /// Writes the header. The streams are those of the programs, in this order; times count from the
  /// earliest start of them. Throws std::runtime_error when the container can't hold them.
  Muxer(const MuxSettings& settings, const std::vector<Ref<const Program>>& programs,
        std::function<bool()> is_cancelled);

  ~Muxer();
  Muxer(const Muxer&) = delete;
  Muxer& operator=(const Muxer&) = delete;

  /// Takes a packet, in the order of its stream. Throws when it does not fit, or can't be written.
  void write(const Packet& packet);
  /// Writes what is held back, and the trailer.
  void finish();
  /// Files that are complete by now: see OutputFiles.
  std::vector<FinishedFile> take_files() { return files_.take_finished(is_finished_); }

 private:
  struct Output {
    AVStream* stream = nullptr;
    const StreamInfo* info = nullptr;  // of the program, which programs_ keeps
    std::int64_t offset = 0;           // in the packets' unit, to be taken off
    AvBsfContextPtr filter;            // null: none
    std::int64_t next_sample = AV_NOPTS_VALUE;
    std::int64_t last_dts = AV_NOPTS_VALUE;
  };
  void add_stream(const StreamInfo& info, std::int64_t start_us);
  void write_header();
  void interleave(Output& output, AVPacket& packet);

  const MuxSettings& settings_;
  const std::vector<Ref<const Program>> programs_;
  OutputFiles files_;  // outlives the context
  AvUnopenedContextPtr context_;
  std::map<const Program*, std::size_t> first_stream_;
  std::vector<Output> outputs_;
  bool awaits_trailer_ = false;
  bool is_finished_ = false;
};

}  // namespace capstan::ffmpeg
