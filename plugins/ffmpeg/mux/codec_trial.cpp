#include <stdexcept>

#include "../av/av_error.hpp"
#include "../av/av_log.hpp"
#include "codec_settings.hpp"

namespace capstan::ffmpeg {

namespace {

void describe_picture(const VideoSettings& settings, AVCodecContext& context) {
  const AVCodec& codec = *settings.codec;
  context.width = 352;  // CIF, which the oldest codecs take too
  context.height = 288;
  context.pix_fmt = settings.format != AV_PIX_FMT_NONE ? settings.format
                    : codec.pix_fmts                   ? codec.pix_fmts[0]
                                                       : AV_PIX_FMT_YUV420P;
  context.framerate =
      codec.supported_framerates ? codec.supported_framerates[0] : AVRational{25, 1};
  context.time_base = av_inv_q(context.framerate);
}

void describe_sound(const AudioSettings& settings, AVCodecContext& context) {
  const AVCodec& codec = *settings.codec;
  context.sample_rate = settings.sample_rate          ? settings.sample_rate
                        : codec.supported_samplerates ? codec.supported_samplerates[0]
                                                      : 48000;
  context.sample_fmt = settings.format != AV_SAMPLE_FMT_NONE ? settings.format
                       : codec.sample_fmts                   ? codec.sample_fmts[0]
                                                             : AV_SAMPLE_FMT_S16;
  context.time_base = {1, context.sample_rate};
  av_channel_layout_default(&context.ch_layout, settings.n_channels ? settings.n_channels : 2);
}

void describe(const VideoSettings& s, AVCodecContext& c) { describe_picture(s, c); }
void describe(const AudioSettings& s, AVCodecContext& c) { describe_sound(s, c); }

template <class Settings>
int open(const Settings& settings) {
  const AvCodecContextPtr context = make_encoder_context(settings);
  describe(settings, *context);
  LogScope::clear_error();
  return avcodec_open2(context.get(), settings.codec, nullptr);
}

template <class Settings>
void try_all(const Settings& settings) {
  if (open(settings) >= 0) return;
  const std::string reason = LogScope::last_error();
  const auto refuse = [&](const std::string& what) {
    throw std::invalid_argument(what + ", which " + settings.codec->name + " refuses" +
                                (reason.empty() ? "" : ": " + reason));
  };
  Settings plain = settings;
  plain.options.clear();
  if (open(plain) >= 0) {
    for (const auto& option : settings.options) {
      plain.options = {option};
      if (open(plain) < 0) {
        refuse("'" + settings.group + ".options." + option.first + "' is '" + option.second + "'");
      }
    }
    refuse("'" + settings.group + ".options' go together in a way");
  }
  plain.options.clear();
  plain.bitrate = 0;
  plain.quality.reset();
  plain.gop = -1;
  if (open(plain) >= 0) refuse("'" + settings.group + "' has a bitrate, quality or gop");
}

}  // namespace

void try_settings(const VideoSettings& settings) { try_all(settings); }
void try_settings(const AudioSettings& settings) { try_all(settings); }

}  // namespace capstan::ffmpeg
