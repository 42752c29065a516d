// Reads an input's streams as packets.
#pragma once

#include <memory>
#include <vector>

#include "../av/input.hpp"
#include "../av/timestamps.hpp"
#include "packet.hpp"

namespace capstan::ffmpeg {

/// Demuxer of one input, for stream copy. Home: one worker at a time; every call within a LogScope.
class PacketReader {
 public:
  /// Opens the input. `takes_best` gives one stream of each kind, the one the ffmpeg tool takes.
  PacketReader(const InputSource& source, const std::vector<AVMediaType>& kinds, bool takes_best,
               std::function<bool()> is_cancelled, std::string stage);

  /// The streams of these kinds; there may be none.
  const Program& program() const noexcept { return *program_; }
  /// The next packet, in the order of the file; null at the end. Throws Cancelled.
  Ref<Packet> next();
  /// At the end: why the input ends too early; empty when it does not.
  const std::string& truncation() const noexcept { return truncation_; }

 private:
  /// What stream copy needs of an input's stream.
  struct Copied {
    std::size_t number = 0;    // in the program
    AvCodecContextPtr timing;  // never opened: what DtsCounter asks
    DtsCounter dts;
  };
  bool is_wanted(const AVStream& stream, const std::vector<AVMediaType>& kinds, bool takes_best);
  void add_stream(AVStream& stream, Program& program);
  void note_end(int code);

  std::function<bool()> is_cancelled_;
  Input input_;
  Ref<const Program> program_;
  std::vector<std::unique_ptr<Copied>> copied_;  // by the input's stream index, null: not wanted
  std::string truncation_;
};

}  // namespace capstan::ffmpeg
