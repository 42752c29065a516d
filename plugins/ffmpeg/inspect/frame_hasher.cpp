#include "frame_hasher.hpp"

#include <cstring>

extern "C" {
#include <libavutil/imgutils.h>
}

#include "../av/av_error.hpp"
#include "../av/frame_item.hpp"

namespace capstan::ffmpeg {

namespace {

constexpr const char* kHashFailed = "the hashes could not be written";

AVCodecID raw_codec_of(const AVFrame& frame) {
  if (type_of(frame) == AVMEDIA_TYPE_VIDEO) return AV_CODEC_ID_RAWVIDEO;
  const auto format = av_get_packed_sample_fmt(static_cast<AVSampleFormat>(frame.format));
  return av_get_pcm_codec(format, -1);  // -1: in this machine's byte order, as the samples lie
}

void describe(const AVFrame& frame, AVStream& stream) {
  AVCodecParameters& codec = *stream.codecpar;
  codec.codec_type = type_of(frame);
  codec.codec_id = raw_codec_of(frame);
  codec.format = frame.format;
  codec.width = frame.width;
  codec.height = frame.height;
  codec.sample_aspect_ratio = frame.sample_aspect_ratio;
  stream.sample_aspect_ratio = frame.sample_aspect_ratio;
  codec.sample_rate = frame.sample_rate;
  check(av_channel_layout_copy(&codec.ch_layout, &frame.ch_layout), kHashFailed);
}

void interleave(const AVFrame& frame, std::vector<std::uint8_t>& packed) {
  const auto format = static_cast<AVSampleFormat>(frame.format);
  const auto n_bytes = static_cast<std::size_t>(av_get_bytes_per_sample(format));
  const auto n_channels = static_cast<std::size_t>(frame.ch_layout.nb_channels);
  const auto n_samples = static_cast<std::size_t>(frame.nb_samples);
  packed.resize(n_samples * n_channels * n_bytes);
  if (!av_sample_fmt_is_planar(format)) {
    std::memcpy(packed.data(), frame.extended_data[0], packed.size());
    return;
  }
  for (std::size_t channel = 0; channel < n_channels; ++channel) {
    const std::uint8_t* from = frame.extended_data[channel];
    std::uint8_t* to = packed.data() + channel * n_bytes;
    for (std::size_t i = 0; i < n_samples; ++i) {
      std::memcpy(to + i * n_channels * n_bytes, from + i * n_bytes, n_bytes);
    }
  }
}

}  // namespace

FrameHasher::FrameHasher(std::string muxer, AVRational time_base)
    : muxer_(std::move(muxer)), time_base_(time_base), packet_(make_av_packet()) {}

void FrameHasher::open(const AVFrame& first) {
  AVFormatContext* context = nullptr;
  check(avformat_alloc_output_context2(&context, nullptr, muxer_.c_str(), nullptr), kHashFailed);
  context_.reset(context);
  AVIOContext* text = nullptr;
  check(avio_open_dyn_buf(&text), kHashFailed);
  text_.reset(text);
  context->pb = text;
  AVStream& stream = *require(avformat_new_stream(context, nullptr));
  describe(first, stream);
  stream.time_base = time_base_.num > 0 ? time_base_ : first.time_base;
  check(avformat_write_header(context, nullptr), kHashFailed);
}

void FrameHasher::add(AVFrame& frame) {
  if (type_of(frame) == AVMEDIA_TYPE_AUDIO) clock_.restamp(frame);
  if (!context_) open(frame);
  pack(frame);
  std::int64_t time = time_of(frame);
  if (time != AV_NOPTS_VALUE) time = last_time_ = std::max(time, last_time_);
  packet_->pts = packet_->dts = time;
  packet_->data = packed_.data();
  packet_->size = static_cast<int>(packed_.size());
  packet_->duration = duration_of(frame);
  check(av_write_frame(context_.get(), packet_.get()), kHashFailed);
}

std::int64_t FrameHasher::time_of(const AVFrame& frame) const {
  if (frame.pts == AV_NOPTS_VALUE || frame.time_base.num <= 0) return AV_NOPTS_VALUE;
  return av_rescale_q(frame.pts, frame.time_base, context_->streams[0]->time_base);
}

// 0 where the frame does not know it: the muxer then takes the unit for it, or the rate.
std::int64_t FrameHasher::duration_of(const AVFrame& frame) const {
  if (frame.time_base.num <= 0) return 0;
  const bool is_audio = type_of(frame) == AVMEDIA_TYPE_AUDIO;
  const std::int64_t duration = is_audio ? frame.nb_samples : detail::duration_of(frame);
  return av_rescale_q(duration, frame.time_base, context_->streams[0]->time_base);
}

void FrameHasher::pack(const AVFrame& frame) {
  if (type_of(frame) == AVMEDIA_TYPE_AUDIO) {
    interleave(frame, packed_);
    return;
  }
  const auto format = static_cast<AVPixelFormat>(frame.format);
  const int size =
      check(av_image_get_buffer_size(format, frame.width, frame.height, 1), kHashFailed);
  packed_.resize(static_cast<std::size_t>(size));
  check(av_image_copy_to_buffer(packed_.data(), size, frame.data, frame.linesize, format,
                                frame.width, frame.height, 1),
        kHashFailed);
}

std::int64_t FrameHasher::n_bytes() const noexcept { return text_ ? avio_tell(text_.get()) : 0; }

Buffer FrameHasher::finish() {
  check(av_write_trailer(context_.get()), kHashFailed);
  context_.reset();
  std::uint8_t* bytes = nullptr;
  const int size = avio_close_dyn_buf(text_.release(), &bytes);
  if (!bytes) throw std::bad_alloc();
  return Buffer::adopt(
      bytes, static_cast<std::size_t>(size), [](void* memory) noexcept { av_free(memory); }, bytes);
}

}  // namespace capstan::ffmpeg
