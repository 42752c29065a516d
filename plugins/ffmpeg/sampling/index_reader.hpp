// Builds packet indices from inputs.
#pragma once

#include <optional>

#include "../av/frame_reader.hpp"
#include "frame_picker.hpp"
#include "packet_index.hpp"

namespace capstan::ffmpeg {

/// What of a video stream is to be indexed.
struct IndexRequest {
  Window window;                 ///< packets outside are only read where they must be
  std::int64_t last_index = -1;  ///< no frame of the window behind this one is wanted; -1: any
  /// No frame behind the first one at or after this time is wanted. Packets that do not tell when
  /// that has been read are no base of a plan.
  std::int64_t last_place = INT64_MAX;
  std::size_t max_held_bytes = 0;  ///< see PacketIndex
};

/// Reads the packets of the reader's video stream. Begins at a keyframe before the window where the
/// container can seek, and ends behind the window. Nothing when the packets can't be the base of a
/// plan: damage, missing or repeated times, decoder settings that change on the way. The reader
/// stands anywhere afterwards. Throws Cancelled and what the reader throws. Within a LogScope.
std::optional<PacketIndex> read_packet_index(FrameReader& reader, const IndexRequest& request);

}  // namespace capstan::ffmpeg
