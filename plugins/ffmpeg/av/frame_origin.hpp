// What a decoded frame's container said, carried by the frame itself.
#pragma once

#include "../mux/program.hpp"

namespace capstan::ffmpeg {

/// Where frames come from. Immutable, shared by all frames of a stream.
struct FrameOrigin final : public RefCounted {
  // AVFrame::opaque_ref is anybody's: this tells ours from others'.
  static constexpr std::uint64_t kMark = 0x6361'7073'7461'6e21;
  const std::uint64_t mark = kMark;
  StreamTraits traits;
  Ref<const SourceInfo> source;
  bool has_video = false;  ///< kinds of which the same job gives frames
  bool has_audio = false;
  PayloadRef input;  ///< what the frames are decoded of; null where a part of them was asked for
};

/// Ties the origin to a frame. Copies of the frame keep it, and so do filters and scalers, which
/// copy a frame's properties. Throws std::bad_alloc.
void attach_origin(AVFrame& frame, const Ref<const FrameOrigin>& origin);

/// The frame's origin; null when nobody has told.
Ref<const FrameOrigin> origin_of(const AVFrame& frame);

/// The origins of all streams that are read of an input. A value; made when the input is opened.
class FrameOrigins {
 public:
  FrameOrigins() = default;
  /// `is_upright`: frames are turned before they go on, so that nobody shall turn them again.
  /// `input` as in FrameOrigin. Streams that are discarded have none.
  FrameOrigins(const AVFormatContext& context, bool is_upright, const PayloadRef& input);
  void attach_to(AVFrame& frame, const AVStream& stream) const;

 private:
  std::vector<Ref<const FrameOrigin>> origins_;  // by stream index
};

}  // namespace capstan::ffmpeg
