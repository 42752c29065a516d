#include "codec_traits.hpp"

#include <algorithm>
#include <iterator>

namespace capstan::ffmpeg {

namespace {

bool is_intra_only(AVCodecID codec) {
  const AVCodecDescriptor* about = avcodec_descriptor_get(codec);
  return about && (about->props & AV_CODEC_PROP_INTRA_ONLY) != 0;
}

template <std::size_t N>
bool contains(const AVCodecID (&codecs)[N], AVCodecID codec) {
  return std::find(std::begin(codecs), std::end(codecs), codec) != std::end(codecs);
}

}  // namespace

bool starts_afresh_at_keyframes(AVCodecID codec) {
  constexpr AVCodecID kKnown[] = {
      AV_CODEC_ID_H264, AV_CODEC_ID_HEVC,       AV_CODEC_ID_VP8,        AV_CODEC_ID_VP9,
      AV_CODEC_ID_AV1,  AV_CODEC_ID_MPEG1VIDEO, AV_CODEC_ID_MPEG2VIDEO, AV_CODEC_ID_MPEG4,
      AV_CODEC_ID_H263, AV_CODEC_ID_FLV1,       AV_CODEC_ID_THEORA,     AV_CODEC_ID_VC1,
      AV_CODEC_ID_WMV3};
  return is_intra_only(codec) || contains(kKnown, codec);
}

bool packets_tell_all(AVCodecID codec) {
  constexpr AVCodecID kKnown[] = {AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, AV_CODEC_ID_VP9,
                                  AV_CODEC_ID_AV1};
  return is_intra_only(codec) || contains(kKnown, codec);
}

bool can_leave_out_leading(AVCodecID codec) { return codec != AV_CODEC_ID_H264; }

}  // namespace capstan::ffmpeg
