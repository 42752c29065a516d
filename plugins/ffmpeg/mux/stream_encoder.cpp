#include "stream_encoder.hpp"

#include "../av/av_error.hpp"
#include "../av/av_log.hpp"

namespace capstan::ffmpeg {

namespace {

std::size_t buffer_bytes(const AVFrame& frame) {
  std::size_t bytes = 0;
  for (const AVBufferRef* buffer : frame.buf) bytes += buffer ? buffer->size : 0;
  return bytes;
}

}  // namespace

void StreamEncoder::open(AvCodecContextPtr context) {
  LogScope::clear_error();
  const int result = avcodec_open2(context.get(), nullptr, nullptr);
  if (result < 0) {
    throw_av_error(std::string(context->codec->name) + " does not take this " +
                       av_get_media_type_string(context->codec->type),
                   result);
  }
  context_ = std::move(context);
}

void StreamEncoder::send(const AVFrame* frame) {
  LogScope::clear_error();
  const int sent = avcodec_send_frame(context_.get(), frame);
  if (sent < 0) throw_av_error(std::string(context_->codec->name) + " failed", sent);
  if (frame) {
    ++n_inside_;
    frame_bytes_ = buffer_bytes(*frame);
  }
  while (true) {
    AvPacketPtr packet = make_av_packet();
    const int result = avcodec_receive_packet(context_.get(), packet.get());
    if (result == AVERROR_EOF) n_inside_ = 0;
    if (result == AVERROR(EAGAIN) || result == AVERROR_EOF) return;
    if (result < 0) throw_av_error(std::string(context_->codec->name) + " failed", result);
    if (packet->duration == 0) packet->duration = packet_duration();
    held_bytes_ += static_cast<std::size_t>(packet->size);
    if (n_inside_ > 0) --n_inside_;  // audio may come in other portions than it went in
    packets_.push_back(std::move(packet));
  }
}

AvPacketPtr StreamEncoder::take_packet() {
  if (packets_.empty()) return {};
  AvPacketPtr packet = std::move(packets_.front());
  packets_.pop_front();
  held_bytes_ -= static_cast<std::size_t>(packet->size);
  return packet;
}

StreamInfo StreamEncoder::describe(const StreamTraits* traits) const {
  StreamInfo info;
  info.codec = make_codec_parameters();
  check(avcodec_parameters_from_context(info.codec.get(), context_.get()), "the encoder's stream");
  info.time_base = context_->time_base;
  info.is_encoded_here = true;
  if (traits) {
    info.traits.disposition = traits->disposition & ~AV_DISPOSITION_ATTACHED_PIC;
    info.traits.metadata = AvDictionary::copy_of(traits->metadata.get());
    info.traits.display_matrix = traits->display_matrix;
  }
  describe_more(info);
  return info;
}

}  // namespace capstan::ffmpeg
