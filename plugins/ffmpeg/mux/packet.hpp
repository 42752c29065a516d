// The payload of compressed streams.
#pragma once

#include <capstan/sdk/payload.hpp>

#include "program.hpp"

namespace capstan::ffmpeg {

/// One packet of one stream of a program: what goes from `demux` and `encode_streams` to `mux`. The
/// packet's memory is counted by libavcodec and shared, never copied. Read-only.
class Packet final : public Payload {
 public:
  static constexpr const char* kType = "packet";
  /// `stream` counts the program's streams from 0; it replaces the packet's own stream index.
  Packet(AvPacketPtr packet, Ref<const Program> program, std::size_t stream)
      : packet_(std::move(packet)), program_(std::move(program)), stream_(stream) {}

  const char* type() const noexcept override { return kType; }
  std::size_t size_bytes() const noexcept override {
    return packet_->buf ? packet_->buf->size : static_cast<std::size_t>(packet_->size);
  }
  bool is_writable() const noexcept override { return false; }

  const AVPacket& packet() const noexcept { return *packet_; }
  const Program& program() const noexcept { return *program_; }
  const Ref<const Program>& program_ref() const noexcept { return program_; }
  std::size_t stream() const noexcept { return stream_; }
  const StreamInfo& stream_info() const noexcept { return program_->streams[stream_]; }

 private:
  AvPacketPtr packet_;
  Ref<const Program> program_;
  std::size_t stream_;
};

}  // namespace capstan::ffmpeg
