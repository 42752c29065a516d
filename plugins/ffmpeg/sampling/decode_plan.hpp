// Which packets to decode so that certain frames come out.
#pragma once

#include <optional>
#include <vector>

#include "packet_index.hpp"

namespace capstan::ffmpeg {

/// A stretch of packets that is decoded on its own, from a keyframe on. Places are those of the
/// index.
struct DecodeRun {
  std::vector<std::size_t> packets;   ///< to decode, in decoding order
  std::vector<std::size_t> expected;  ///< whose frames come out then, by time
  std::vector<std::size_t> wanted;    ///< a part of `expected`
  std::size_t start() const noexcept { return packets.front(); }
};

/// Plans the decoding of the frames at places `wanted` of a sound index; they ascend by time. Each
/// run begins at the last keyframe that the frames can be decoded from, ends with the last of them,
/// and leaves out what none of them refers to. Nothing when some frame precedes all keyframes.
std::optional<std::vector<DecodeRun>> plan_decoding(const PacketIndex& index,
                                                    const std::vector<std::size_t>& wanted,
                                                    bool leaves_out_leading);

}  // namespace capstan::ffmpeg
