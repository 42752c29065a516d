#include "probe_stream.hpp"

#include <cmath>
#include <cstdio>

extern "C" {
#include <libavutil/display.h>
}

namespace capstan::ffmpeg {

namespace {

using Json = nlohmann::ordered_json;

void put(Json& out, const char* name, const char* text) {
  if (text && *text) out[name] = text;
}

void put_positive(Json& out, const char* name, std::int64_t number) {
  if (number > 0) out[name] = number;
}

void put_fraction(Json& out, const char* name, AVRational fraction, char separator = '/') {
  if (fraction.num > 0 && fraction.den > 0) out[name] = written(fraction, separator);
}

const char* field_order_name(AVFieldOrder order) {
  switch (order) {
    case AV_FIELD_PROGRESSIVE:
      return "progressive";
    case AV_FIELD_TT:
      return "tt";
    case AV_FIELD_BB:
      return "bb";
    case AV_FIELD_TB:
      return "tb";
    case AV_FIELD_BT:
      return "bt";
    default:
      return nullptr;
  }
}

void describe_codec(const AVCodecParameters& codec, Json& out) {
  if (const AVCodecDescriptor* about = avcodec_descriptor_get(codec.codec_id)) {
    put(out, "codec_name", about->name);
    put(out, "codec_long_name", about->long_name);
  }
  if (const char* profile = avcodec_profile_name(codec.codec_id, codec.profile)) {
    out["profile"] = profile;
  } else if (codec.profile != FF_PROFILE_UNKNOWN) {
    out["profile"] = std::to_string(codec.profile);
  }
  put(out, "codec_type", av_get_media_type_string(codec.codec_type));
  char tag[AV_FOURCC_MAX_STRING_SIZE];
  if (codec.codec_tag != 0) out["codec_tag_string"] = av_fourcc_make_string(tag, codec.codec_tag);
}

void describe_shape(AVFormatContext& context, AVStream& stream, Json& out) {
  const AVCodecParameters& codec = *stream.codecpar;
  const AVRational pixel = av_guess_sample_aspect_ratio(&context, &stream, nullptr);
  if (pixel.num <= 0 || pixel.den <= 0) return;
  AVRational picture;
  av_reduce(&picture.num, &picture.den, std::int64_t{codec.width} * pixel.num,
            std::int64_t{codec.height} * pixel.den, 1024 * 1024);
  put_fraction(out, "sample_aspect_ratio", pixel, ':');
  put_fraction(out, "display_aspect_ratio", picture, ':');
}

void describe_color(const AVCodecParameters& codec, Json& out) {
  if (codec.color_range != AVCOL_RANGE_UNSPECIFIED) {
    put(out, "color_range", av_color_range_name(codec.color_range));
  }
  if (codec.color_space != AVCOL_SPC_UNSPECIFIED) {
    put(out, "color_space", av_color_space_name(codec.color_space));
  }
  if (codec.color_trc != AVCOL_TRC_UNSPECIFIED) {
    put(out, "color_transfer", av_color_transfer_name(codec.color_trc));
  }
  if (codec.color_primaries != AVCOL_PRI_UNSPECIFIED) {
    put(out, "color_primaries", av_color_primaries_name(codec.color_primaries));
  }
  if (codec.chroma_location != AVCHROMA_LOC_UNSPECIFIED) {
    put(out, "chroma_location", av_chroma_location_name(codec.chroma_location));
  }
}

void describe_rotation(const AVStream& stream, Json& out) {
  const auto* matrix = reinterpret_cast<const std::int32_t*>(
      av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, nullptr));
  if (!matrix) return;
  const double counter_clockwise = av_display_rotation_get(matrix);
  if (std::isnan(counter_clockwise)) return;
  const long degrees = std::lround(-counter_clockwise);
  out["rotation"] = (degrees % 360 + 360) % 360;
}

void describe_video(AVFormatContext& context, AVStream& stream, Json& out) {
  const AVCodecParameters& codec = *stream.codecpar;
  out["width"] = codec.width;
  out["height"] = codec.height;
  out["has_b_frames"] = codec.video_delay;
  describe_shape(context, stream, out);
  put(out, "pix_fmt", av_get_pix_fmt_name(static_cast<AVPixelFormat>(codec.format)));
  if (codec.level != FF_LEVEL_UNKNOWN) out["level"] = codec.level;
  describe_color(codec, out);
  put(out, "field_order", field_order_name(codec.field_order));
  describe_rotation(stream, out);
}

void describe_audio(const AVCodecParameters& codec, Json& out) {
  put(out, "sample_fmt", av_get_sample_fmt_name(static_cast<AVSampleFormat>(codec.format)));
  out["sample_rate"] = codec.sample_rate;
  out["channels"] = codec.ch_layout.nb_channels;
  char layout[128];
  if (codec.ch_layout.order != AV_CHANNEL_ORDER_UNSPEC &&
      av_channel_layout_describe(&codec.ch_layout, layout, sizeof(layout)) > 0) {
    out["channel_layout"] = layout;
  }
  put_positive(out, "bits_per_sample", av_get_bits_per_sample(codec.codec_id));
}

void describe_times(const AVStream& stream, Json& out) {
  put_fraction(out, "r_frame_rate", stream.r_frame_rate);
  put_fraction(out, "avg_frame_rate", stream.avg_frame_rate);
  out["time_base"] = written(stream.time_base);
  if (stream.start_time != AV_NOPTS_VALUE) {
    out["start_pts"] = stream.start_time;
    out["start_time"] = seconds_of(stream.start_time, stream.time_base);
  }
  if (stream.duration != AV_NOPTS_VALUE && stream.duration > 0) {
    out["duration_ts"] = stream.duration;
    out["duration"] = seconds_of(stream.duration, stream.time_base);
  }
}

Json describe_disposition(int disposition) {
  Json out = Json::object();
  for (unsigned bit = 0; bit < 31; ++bit) {
    const int flag = 1 << bit;
    if (const char* name = av_disposition_to_string(flag)) out[name] = (disposition & flag) != 0;
  }
  return out;
}

}  // namespace

std::string written(AVRational fraction, char separator) {
  return std::to_string(fraction.num) + separator + std::to_string(fraction.den);
}

double seconds_of(std::int64_t time, AVRational time_base) {
  return std::round(static_cast<double>(time) * av_q2d(time_base) * 1e6) / 1e6;
}

Json describe_tags(const AVDictionary* tags) {
  Json out = Json::object();
  const AVDictionaryEntry* tag = nullptr;
  while ((tag = av_dict_get(tags, "", tag, AV_DICT_IGNORE_SUFFIX))) out[tag->key] = tag->value;
  return out;
}

Json describe_stream(AVFormatContext& context, AVStream& stream) {
  const AVCodecParameters& codec = *stream.codecpar;
  Json out;
  out["index"] = stream.index;
  describe_codec(codec, out);
  if (codec.codec_type == AVMEDIA_TYPE_VIDEO) describe_video(context, stream, out);
  if (codec.codec_type == AVMEDIA_TYPE_AUDIO) describe_audio(codec, out);
  if ((context.iformat->flags & AVFMT_SHOW_IDS) != 0) {
    char id[24];
    std::snprintf(id, sizeof(id), "0x%x", static_cast<unsigned>(stream.id));
    out["id"] = id;
  }
  describe_times(stream, out);
  put_positive(out, "bit_rate", codec.bit_rate);
  put_positive(out, "bits_per_raw_sample", codec.bits_per_raw_sample);
  put_positive(out, "nb_frames", stream.nb_frames);
  out["disposition"] = describe_disposition(stream.disposition);
  out["tags"] = describe_tags(stream.metadata);
  return out;
}

}  // namespace capstan::ffmpeg
