#include "packet_inspector.hpp"

#include "nal_units.hpp"

namespace capstan::ffmpeg {

namespace {

constexpr int kAvccMinSize = 7;   // AVCDecoderConfigurationRecord, ISO/IEC 14496-15 5.3.3
constexpr int kHvccMinSize = 23;  // HEVCDecoderConfigurationRecord, ISO/IEC 14496-15 8.3.3
constexpr int kHevcSps = 33;

/// 0 when units follow start codes. The tests are libavcodec's.
int length_bytes(const AVCodecParameters& parameters) {
  const std::uint8_t* extra = parameters.extradata;
  if (parameters.codec_id == AV_CODEC_ID_H264) {
    const bool is_avcc = parameters.extradata_size >= kAvccMinSize && extra[0] == 1;
    return is_avcc ? (extra[4] & 3) + 1 : 0;
  }
  if (parameters.codec_id != AV_CODEC_ID_HEVC || parameters.extradata_size < kHvccMinSize) return 0;
  const bool is_hvcc = extra[0] || extra[1] || extra[2] > 1;
  return is_hvcc ? (extra[21] & 3) + 1 : 0;
}

int hevc_type(const std::uint8_t* nal) { return nal[0] >> 1 & 0x3f; }
int hevc_layer(const std::uint8_t* nal) { return (nal[1] & 7) - 1; }

/// sps_max_sub_layers_minus1 of a sequence parameter set (ITU-T H.265 7.3.2.2.1), -1 if none is
/// found.
int highest_layer_of(const std::uint8_t* data, std::size_t size) {
  int highest = -1;
  for_each_start_code(data, size, [&](const std::uint8_t* nal, std::size_t n) {
    if (n > 2 && hevc_type(nal) == kHevcSps) highest = std::max(highest, nal[2] >> 1 & 7);
    return true;
  });
  return highest;
}

/// The same in an hvcC record: arrays of units, each unit behind a 16-bit size.
int highest_layer_of_hvcc(const std::uint8_t* data, std::size_t size) {
  int highest = -1;
  std::size_t at = kHvccMinSize;
  for (int n_arrays = data[kHvccMinSize - 1]; n_arrays > 0 && at + 3 <= size; --n_arrays) {
    int n_units = data[at + 1] << 8 | data[at + 2];
    for (at += 3; n_units > 0 && at + 2 <= size; --n_units) {
      const std::size_t n = static_cast<std::size_t>(data[at] << 8 | data[at + 1]);
      at += 2;
      if (n > size - at) return highest;
      const std::uint8_t* nal = data + at;
      if (n > 2 && hevc_type(nal) == kHevcSps) highest = std::max(highest, nal[2] >> 1 & 7);
      at += n;
    }
  }
  return highest;
}

}  // namespace

PacketInspector::PacketInspector(const AVCodecParameters& parameters)
    : codec_(parameters.codec_id), n_length_bytes_(length_bytes(parameters)) {
  if (codec_ == AV_CODEC_ID_HEVC && parameters.extradata_size > 0) {
    const auto size = static_cast<std::size_t>(parameters.extradata_size);
    highest_layer_ = n_length_bytes_ ? highest_layer_of_hvcc(parameters.extradata, size)
                                     : highest_layer_of(parameters.extradata, size);
  }
  if (codec_ != AV_CODEC_ID_H264) return;
  context_.reset(require(avcodec_alloc_context3(nullptr)));
  if (avcodec_parameters_to_context(context_.get(), &parameters) < 0) throw std::bad_alloc();
  parser_.reset(av_parser_init(codec_));
  if (parser_) parser_->flags |= PARSER_FLAG_COMPLETE_FRAMES;
}

bool PacketInspector::is_disposable(const AVPacket& packet) const {
  if ((packet.flags & AV_PKT_FLAG_DISPOSABLE) != 0) return true;
  if (codec_ != AV_CODEC_ID_H264 && codec_ != AV_CODEC_ID_HEVC) return false;
  if ((packet.flags & AV_PKT_FLAG_KEY) != 0 || packet.size <= 0) return false;
  bool has_slice = false;
  const bool all_disposable =
      for_each_nal(packet.data, static_cast<std::size_t>(packet.size), n_length_bytes_,
                   [&](const std::uint8_t* nal, std::size_t n) {
                     return is_disposable_nal(nal, n, &has_slice);
                   });
  return all_disposable && has_slice;
}

// Units that are no slices do not count, but parameter sets that others may need do.
bool PacketInspector::is_disposable_nal(const std::uint8_t* nal, std::size_t size,
                                        bool* is_slice) const {
  if (size < 2) return size == 0 || codec_ == AV_CODEC_ID_H264;
  if (codec_ == AV_CODEC_ID_H264) {
    const int type = nal[0] & 0x1f;
    constexpr int kSps = 7, kPps = 8;
    if (type == kSps || type == kPps) return false;
    if (type < 1 || type > 5) return true;
    *is_slice = true;
    return (nal[0] >> 5 & 3) == 0;
  }
  const int type = hevc_type(nal);
  constexpr int kFirstNonSlice = 32, kVps = 32, kPps = 34, kLastNonReference = 14;
  if (type >= kVps && type <= kPps) return false;
  if (type >= kFirstNonSlice) return true;
  *is_slice = true;
  return type <= kLastNonReference && type % 2 == 0 && hevc_layer(nal) == highest_layer_;
}

bool PacketInspector::is_field(const AVPacket& packet) {
  if (!parser_) return false;
  std::uint8_t* out = nullptr;
  int out_size = 0;
  av_parser_parse2(parser_.get(), context_.get(), &out, &out_size, packet.data, packet.size,
                   packet.pts, packet.dts, packet.pos);
  return parser_->picture_structure == AV_PICTURE_STRUCTURE_TOP_FIELD ||
         parser_->picture_structure == AV_PICTURE_STRUCTURE_BOTTOM_FIELD;
}

}  // namespace capstan::ffmpeg
