// The form of sound that a codec takes, as near as can be to what there is.
#pragma once

#include "../av/av_ptr.hpp"

namespace capstan::ffmpeg {

int nearest_rate(const AVCodec& codec, int wanted);

/// Its own, its twin with the samples packed otherwise, else the one that loses least.
AVSampleFormat nearest_format(const AVCodec& codec, AVSampleFormat own);

/// Sets `layout` to the own one, or to the usual one of `n_channels` (0: as many as it has); where
/// the codec lacks it, to one of as many channels.
void choose_layout(const AVCodec& codec, int n_channels, const AVChannelLayout& own,
                   AVChannelLayout& layout);

}  // namespace capstan::ffmpeg
