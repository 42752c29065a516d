// What is known about codecs, so that less than everything may be decoded with the same result.
#pragma once

#include "av_ptr.hpp"

namespace capstan::ffmpeg {

/// Keyframes make the decoder forget everything before. Others keep some state (WMV2's tables,
/// say), so that a decode from a keyframe differs from a full one.
bool starts_afresh_at_keyframes(AVCodecID codec);

/// An undamaged packet gives exactly one frame, and is marked when that is a keyframe. Not so where
/// packets may hold hidden, skipped or several pictures, or containers mark what they like. Says
/// nothing of H.264 fields: see PacketInspector.
bool packets_tell_all(AVCodecID codec);

/// The pictures behind a keyframe in decoding order that are shown before it may be left out
/// without harm to those shown after it. Not so in H.264, whose frame numbers would have gaps.
bool can_leave_out_leading(AVCodecID codec);

}  // namespace capstan::ffmpeg
