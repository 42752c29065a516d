// What packets and frames cannot say of themselves: the streams and the file they come from.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <capstan/sdk/ref.hpp>

#include "../av/av_ptr.hpp"
#include "av_dictionary.hpp"

namespace capstan::ffmpeg {

struct AvCodecParametersDeleter {
  void operator()(AVCodecParameters* parameters) const noexcept {
    avcodec_parameters_free(&parameters);
  }
};
using AvCodecParametersPtr = std::unique_ptr<AVCodecParameters, AvCodecParametersDeleter>;

inline AvCodecParametersPtr make_codec_parameters() {
  return AvCodecParametersPtr(require(avcodec_parameters_alloc()));
}

struct Chapter {
  std::int64_t id = 0;
  AVRational time_base{0, 1};
  std::int64_t start = 0;  ///< in time_base
  std::int64_t end = 0;
  AvDictionary metadata;
};

/// What a container said of itself. Immutable, shared.
struct SourceInfo final : public RefCounted {
  AvDictionary metadata;
  std::vector<Chapter> chapters;
};

/// What a container said of a stream, beside its codec.
struct StreamTraits {
  AVRational frame_rate{0, 1};  ///< the average; 0/1 when unknown
  AVRational sample_aspect_ratio{0, 1};
  int disposition = 0;  ///< AV_DISPOSITION_*
  AvDictionary metadata;
  /// The 3x3 display matrix, if any: how the picture is to be turned.
  std::vector<std::int32_t> display_matrix;
  /// Other side data that muxers write (stereo, spherical, mastering display), by its type.
  std::vector<std::pair<AVPacketSideDataType, std::string>> side_data;
};

/// A stream of compressed packets.
struct StreamInfo {
  AvCodecParametersPtr codec;  ///< never null
  AVRational time_base{0, 1};  ///< of the packets' times
  /// By our encoder: its headers are in `extradata` alone, and its times are exact.
  bool is_encoded_here = false;
  StreamTraits traits;
};

/// The streams that a stage gives for a job, all known before the first packet goes on, and their
/// common zero. Immutable, shared by its packets.
struct Program final : public RefCounted {
  std::vector<StreamInfo> streams;
  std::int64_t start_us = 0;  ///< where the source's time begins: outputs count from here
  std::string stage;          ///< id of the stage that gives it, by which several are put in order
  Ref<const SourceInfo> source;  ///< null when unknown
};

StreamTraits traits_of(const AVStream& stream);
StreamInfo copy_of(const StreamInfo& info);
/// Global metadata without what only holds for the old file (brands, the writing program).
Ref<const SourceInfo> describe_source(const AVFormatContext& context);

}  // namespace capstan::ffmpeg
