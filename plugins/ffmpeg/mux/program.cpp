#include "program.hpp"

#include <cstring>

namespace capstan::ffmpeg {

namespace {

// Of the file that was read, and wrong for the one that will be written.
constexpr const char* kOfTheOldFile[] = {"major_brand", "minor_version", "compatible_brands",
                                         "encoder"};

constexpr AVPacketSideDataType kKept[] = {AV_PKT_DATA_STEREO3D,
                                          AV_PKT_DATA_SPHERICAL,
                                          AV_PKT_DATA_CONTENT_LIGHT_LEVEL,
                                          AV_PKT_DATA_MASTERING_DISPLAY_METADATA,
                                          AV_PKT_DATA_CPB_PROPERTIES,
                                          AV_PKT_DATA_DOVI_CONF,
                                          AV_PKT_DATA_REPLAYGAIN,
                                          AV_PKT_DATA_FALLBACK_TRACK,
                                          AV_PKT_DATA_AUDIO_SERVICE_TYPE};

AvDictionary kept(const AVDictionary* metadata) {
  AvDictionary copy = AvDictionary::copy_of(metadata);
  for (const char* name : kOfTheOldFile) copy.erase(name);
  return copy;
}

}  // namespace

StreamTraits traits_of(const AVStream& stream) {
  StreamTraits traits;
  traits.frame_rate = stream.avg_frame_rate;
  traits.sample_aspect_ratio = stream.sample_aspect_ratio;
  traits.disposition = stream.disposition;
  traits.metadata = kept(stream.metadata);
  std::size_t size = 0;
  if (const auto* matrix = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &size)) {
    traits.display_matrix.resize(size / sizeof(std::int32_t));
    std::memcpy(traits.display_matrix.data(), matrix,
                traits.display_matrix.size() * sizeof(std::int32_t));
  }
  for (const AVPacketSideDataType type : kKept) {
    const auto* data = av_stream_get_side_data(&stream, type, &size);
    if (data) traits.side_data.emplace_back(type, std::string(data, data + size));
  }
  return traits;
}

StreamInfo copy_of(const StreamInfo& info) {
  StreamInfo copy;
  copy.codec = make_codec_parameters();
  if (avcodec_parameters_copy(copy.codec.get(), info.codec.get()) < 0) throw std::bad_alloc();
  copy.time_base = info.time_base;
  copy.is_encoded_here = info.is_encoded_here;
  const StreamTraits& traits = info.traits;
  copy.traits = {traits.frame_rate,     traits.sample_aspect_ratio,
                 traits.disposition,    AvDictionary::copy_of(traits.metadata.get()),
                 traits.display_matrix, traits.side_data};
  return copy;
}

Ref<const SourceInfo> describe_source(const AVFormatContext& context) {
  auto source = make_ref<SourceInfo>();
  source->metadata = kept(context.metadata);
  for (unsigned i = 0; i < context.nb_chapters; ++i) {
    const AVChapter& chapter = *context.chapters[i];
    source->chapters.push_back({chapter.id, chapter.time_base, chapter.start, chapter.end,
                                AvDictionary::copy_of(chapter.metadata)});
  }
  return Ref<const SourceInfo>(source);
}

}  // namespace capstan::ffmpeg
