#include "codec_settings.hpp"

#include <stdexcept>

extern "C" {
#include <libavutil/opt.h>
}

#include "../av/av_error.hpp"

namespace capstan::ffmpeg {

namespace {

std::string quoted(const CodecSettings& settings, const char* name) {
  return "'" + settings.group + "." + name + "'";
}

const AVCodec* find_codec(const std::string& group, const std::string& name, AVMediaType type) {
  const AVCodec* codec = avcodec_find_encoder_by_name(name.c_str());
  const std::string option = "'" + group + ".codec': ";
  if (!codec) {
    throw std::invalid_argument(option + "this FFmpeg has no encoder '" + name + "'");
  }
  if (codec->type != type) {
    throw std::invalid_argument(option + "'" + name + "' is no encoder of " + group);
  }
  return codec;
}

// "128k", "2M", "1.5M", "96000"; 1000, not 1024.
std::int64_t read_bitrate(const CodecSettings& settings, std::string text) {
  const std::string written = text;
  double factor = 1;
  if (!text.empty() && (text.back() == 'k' || text.back() == 'M' || text.back() == 'G')) {
    factor = text.back() == 'k' ? 1e3 : text.back() == 'M' ? 1e6 : 1e9;
    text.pop_back();
  }
  const auto amount = parse_number(text);
  if (!amount || *amount <= 0 || *amount * factor > 1e12) {
    throw std::invalid_argument(quoted(settings, "bitrate") + " is '" + written +
                                "': expected bits a second such as 128k or 2M");
  }
  return static_cast<std::int64_t>(*amount * factor);
}

void read_common(const Options& options, AVMediaType type, CodecSettings& settings) {
  const std::string prefix = settings.group + ".";
  settings.codec = find_codec(settings.group, options.text(prefix + "codec"), type);
  if (options.has(prefix + "bitrate")) {
    settings.bitrate = read_bitrate(settings, options.text(prefix + "bitrate"));
  }
  if (options.has(prefix + "quality")) settings.quality = options.number(prefix + "quality");
  settings.options = options.map(prefix + "options");
  settings.n_threads = static_cast<int>(options.integer("threads"));
}

// Options without their encoder would be silently without effect.
bool has_encoder(const Options& options, const std::string& group,
                 std::initializer_list<const char*> others) {
  const bool is_copied = copies_stream(options, group);
  if (options.has(group + ".codec") && !is_copied) return true;
  for (const char* name : others) {
    const std::string option = group + '.' + name;
    if (!options.has(option)) continue;
    std::string fault = "'" + option + (is_copied ? "' changes nothing where '" : "' needs '");
    fault += group;
    fault += is_copied ? ".codec' is copy" : ".codec'";
    throw std::invalid_argument(fault);
  }
  return false;
}

bool has_private_option(const AVCodec& codec, const char* name) {
  const AVClass* about = codec.priv_class;
  return about && av_opt_find(&about, name, nullptr, 0, AV_OPT_SEARCH_FAKE_OBJ);
}

// Encoders with a constant-quality mode of their own call it crf; others take FFmpeg's quantiser
// scale, as the ffmpeg tool's -q does.
void set_quality(const CodecSettings& settings, AVCodecContext& context) {
  if (has_private_option(*settings.codec, "crf")) {
    check(av_opt_set_double(context.priv_data, "crf", *settings.quality, 0), "the quality");
    return;
  }
  context.flags |= AV_CODEC_FLAG_QSCALE;
  context.global_quality = static_cast<int>(*settings.quality * FF_QP2LAMBDA);
}

void set_option(const CodecSettings& settings, const std::string& name, const std::string& value,
                AVCodecContext& context) {
  const int result = av_opt_set(&context, name.c_str(), value.c_str(), AV_OPT_SEARCH_CHILDREN);
  const std::string group = "'" + settings.group + ".options";
  if (result == AVERROR_OPTION_NOT_FOUND) {
    throw std::invalid_argument(group + "': " + settings.codec->name + " has no option '" + name +
                                "'");
  }
  if (result < 0) {
    throw std::invalid_argument(group + "." + name + "' is '" + value + "', which " +
                                settings.codec->name + " does not take");
  }
}

}  // namespace

bool copies_stream(const Options& options, const std::string& group) {
  return options.has(group + ".codec") && options.text(group + ".codec") == "copy";
}

std::optional<VideoSettings> read_video_settings(const Options& options) {
  if (!has_encoder(options, "video",
                   {"bitrate", "quality", "gop", "keyframes", "format", "frame_rate", "options"})) {
    return std::nullopt;
  }
  VideoSettings settings;
  settings.group = "video";
  read_common(options, AVMEDIA_TYPE_VIDEO, settings);
  if (options.has("video.gop")) settings.gop = static_cast<int>(options.integer("video.gop"));
  if (options.has("video.keyframes")) settings.keyframes = options.duration("video.keyframes");
  if (options.has("video.format")) {
    const std::string name = options.text("video.format");
    settings.format = av_get_pix_fmt(name.c_str());
    const AVPixelFormat* known = settings.codec->pix_fmts;
    while (known && *known != AV_PIX_FMT_NONE && *known != settings.format) ++known;
    if (settings.format == AV_PIX_FMT_NONE || (known && *known == AV_PIX_FMT_NONE)) {
      throw std::invalid_argument("'video.format': " + std::string(settings.codec->name) +
                                  " takes no pixel format '" + name + "'");
    }
  }
  if (options.has("video.frame_rate")) {
    settings.frame_rate = av_d2q(options.number("video.frame_rate"), 100000);
  }
  return settings;
}

std::optional<AudioSettings> read_audio_settings(const Options& options) {
  if (!has_encoder(options, "audio",
                   {"bitrate", "quality", "rate", "channels", "format", "options"})) {
    return std::nullopt;
  }
  AudioSettings settings;
  settings.group = "audio";
  read_common(options, AVMEDIA_TYPE_AUDIO, settings);
  const auto integer = [&](const char* name) {
    return options.has(name) ? static_cast<int>(options.integer(name)) : 0;
  };
  settings.sample_rate = integer("audio.rate");
  settings.n_channels = integer("audio.channels");
  if (options.has("audio.format")) {
    const std::string name = options.text("audio.format");
    settings.format = av_get_sample_fmt(name.c_str());
    const AVSampleFormat* known = settings.codec->sample_fmts;
    while (known && *known != AV_SAMPLE_FMT_NONE && *known != settings.format) ++known;
    if (settings.format == AV_SAMPLE_FMT_NONE || (known && *known == AV_SAMPLE_FMT_NONE)) {
      throw std::invalid_argument("'audio.format': " + std::string(settings.codec->name) +
                                  " takes no sample format '" + name + "'");
    }
  }
  return settings;
}

AvCodecContextPtr make_encoder_context(const CodecSettings& settings) {
  AvCodecContextPtr context(require(avcodec_alloc_context3(settings.codec)));
  context->thread_count = settings.n_threads;
  // Headers go beside the packets; `mux` puts them before keyframes where a container wants that.
  context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  if (settings.bitrate) context->bit_rate = settings.bitrate;
  if (settings.quality) set_quality(settings, *context);
  // Constant quality without a bound, in the encoders of VP8, VP9 and AV1.
  if (settings.quality && !settings.bitrate && has_private_option(*settings.codec, "crf")) {
    context->bit_rate = 0;
  }
  if (settings.gop >= 0) context->gop_size = settings.gop;
  for (const auto& [name, value] : settings.options) set_option(settings, name, value, *context);
  return context;
}

}  // namespace capstan::ffmpeg
