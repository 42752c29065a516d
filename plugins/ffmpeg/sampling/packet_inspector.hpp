// Looks into packets of compressed video without decoding them.
#pragma once

#include "../av/av_ptr.hpp"

namespace capstan::ffmpeg {

struct AvParserDeleter {
  void operator()(AVCodecParserContext* parser) const noexcept { av_parser_close(parser); }
};
using AvParserPtr = std::unique_ptr<AVCodecParserContext, AvParserDeleter>;

/// What the headers of a stream's packets say. Home: one worker at a time.
class PacketInspector {
 public:
  explicit PacketInspector(const AVCodecParameters& parameters);

  /// No other picture refers to this one, so it need not be decoded unless it is wanted itself:
  /// the container says so, or every slice does (H.264: nal_ref_idc 0, ITU-T H.264 7.4.1; HEVC:
  /// a sub-layer non-reference picture of the highest temporal layer, ITU-T H.265 7.4.2.2).
  bool is_disposable(const AVPacket& packet) const;

  /// One of two packets that make a frame (H.264 field pictures). Packets in decoding order.
  bool is_field(const AVPacket& packet);

 private:
  bool is_disposable_nal(const std::uint8_t* nal, std::size_t size, bool* is_slice) const;

  AVCodecID codec_;
  int n_length_bytes_ = 0;  // before each NAL unit; 0: start codes
  int highest_layer_ = -1;  // HEVC's highest TemporalId; -1 when not known
  AvCodecContextPtr context_;
  AvParserPtr parser_;
};

}  // namespace capstan::ffmpeg
