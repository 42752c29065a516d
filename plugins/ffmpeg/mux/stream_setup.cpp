#include "stream_setup.hpp"

#include <algorithm>
#include <cstring>

#include "../av/av_error.hpp"

namespace capstan::ffmpeg {

namespace {

// A tag of the old container is kept where the new one means the same by it.
std::uint32_t tag_for(const AVCodecParameters& codec, const AVOutputFormat& format) {
  if (!format.codec_tag) return codec.codec_tag;
  const bool is_known = av_codec_get_id(format.codec_tag, codec.codec_tag) == codec.codec_id;
  return is_known ? codec.codec_tag : 0;
}

void add_side_data(AVStream& stream, AVPacketSideDataType type, const void* data,
                   std::size_t size) {
  std::memcpy(require(av_stream_new_side_data(&stream, type, size)), data, size);
}

void copy_dictionary(AVDictionary** to, const AvDictionary& from) {
  if (av_dict_copy(to, from.get(), 0) < 0) throw std::bad_alloc();
}

void add_chapter(const Chapter& chapter, std::int64_t start_us, AVFormatContext& context) {
  auto* copy = static_cast<AVChapter*>(require(av_mallocz(sizeof(AVChapter))));
  const std::int64_t offset = av_rescale_q(start_us, AV_TIME_BASE_Q, chapter.time_base);
  copy->id = chapter.id;
  copy->time_base = chapter.time_base;
  copy->start = std::max<std::int64_t>(chapter.start - offset, 0);
  copy->end = std::max(chapter.end - offset, copy->start);
  int n_chapters = static_cast<int>(context.nb_chapters);
  if (av_dynarray_add_nofree(&context.chapters, &n_chapters, copy) < 0) {
    av_free(copy);
    throw std::bad_alloc();
  }
  context.nb_chapters = static_cast<unsigned>(n_chapters);
  copy_dictionary(&copy->metadata, chapter.metadata);
}

}  // namespace

AVStream* make_stream(const StreamInfo& info, AVFormatContext& context) {
  AVStream* stream = require(avformat_new_stream(&context, nullptr));
  check(avcodec_parameters_copy(stream->codecpar, info.codec.get()), "the stream's parameters");
  stream->codecpar->codec_tag = tag_for(*info.codec, *context.oformat);
  stream->time_base = info.time_base;
  stream->avg_frame_rate = info.traits.frame_rate;
  stream->sample_aspect_ratio = info.traits.sample_aspect_ratio;
  stream->disposition = info.traits.disposition;
  copy_dictionary(&stream->metadata, info.traits.metadata);
  const auto& matrix = info.traits.display_matrix;
  if (!matrix.empty()) {
    add_side_data(*stream, AV_PKT_DATA_DISPLAYMATRIX, matrix.data(),
                  matrix.size() * sizeof(matrix[0]));
  }
  for (const auto& [type, data] : info.traits.side_data) {
    add_side_data(*stream, type, data.data(), data.size());
  }
  return stream;
}

AvBsfContextPtr make_header_filter(const StreamInfo& info, const AVFormatContext& context) {
  const bool has_place = (context.oformat->flags & AVFMT_GLOBALHEADER) != 0;
  const bool is_video = info.codec->codec_type == AVMEDIA_TYPE_VIDEO;
  if (!info.is_encoded_here || has_place || !is_video || info.codec->extradata_size == 0) return {};
  const AVBitStreamFilter* filter = av_bsf_get_by_name("dump_extra");
  if (!filter) throw std::runtime_error("this FFmpeg was built without the filter dump_extra");
  AVBSFContext* made = nullptr;
  check(av_bsf_alloc(filter, &made), "the stream's headers");
  AvBsfContextPtr owner(made);
  check(avcodec_parameters_copy(made->par_in, info.codec.get()), "the stream's headers");
  made->time_base_in = info.time_base;
  check(av_bsf_init(made), "the stream's headers");
  return owner;
}

void copy_source(const SourceInfo& source, std::int64_t start_us, AVFormatContext& context) {
  copy_dictionary(&context.metadata, source.metadata);
  for (const Chapter& chapter : source.chapters) add_chapter(chapter, start_us, context);
}

std::string list_codecs(const AVFormatContext& context) {
  std::string names;
  for (unsigned i = 0; i < context.nb_streams; ++i) {
    if (i) names += ", ";
    names += avcodec_get_name(context.streams[i]->codecpar->codec_id);
  }
  return names;
}

// ffmpeg's do_streamcopy(). Containers that count milliseconds round each packet's time; a sound's
// samples follow each other without a hole, so counting them finds the time that was meant.
void move_times(AVPacket& packet, const StreamInfo& info, AVRational unit,
                std::int64_t& next_sample) noexcept {
  const AVCodecParameters& codec = *info.codec;
  const bool is_rounded = codec.codec_type == AVMEDIA_TYPE_AUDIO && codec.sample_rate > 0 &&
                          !info.is_encoded_here && packet.dts != AV_NOPTS_VALUE;
  const std::int64_t dts = packet.dts;
  av_packet_rescale_ts(&packet, info.time_base, unit);
  if (!is_rounded) return;
  int n_samples = av_get_audio_frame_duration2(info.codec.get(), packet.size);
  if (n_samples == 0) n_samples = codec.frame_size;
  packet.dts = av_rescale_delta(info.time_base, dts, AVRational{1, codec.sample_rate}, n_samples,
                                &next_sample, unit);
  packet.pts = packet.dts;
}

// ffmpeg's write_packet().
void keep_rising(AVPacket& packet, std::int64_t& last_dts, const AVOutputFormat& format) noexcept {
  if ((format.flags & AVFMT_NOTIMESTAMPS) != 0 || packet.dts == AV_NOPTS_VALUE) return;
  const std::int64_t step = (format.flags & AVFMT_TS_NONSTRICT) != 0 ? 0 : 1;
  if (packet.pts != AV_NOPTS_VALUE && packet.dts > packet.pts) packet.dts = packet.pts;
  if (last_dts != AV_NOPTS_VALUE && packet.dts < last_dts + step) {
    packet.dts = last_dts + step;
    if (packet.pts != AV_NOPTS_VALUE) packet.pts = std::max(packet.pts, packet.dts);
  }
  last_dts = packet.dts;
}

}  // namespace capstan::ffmpeg
