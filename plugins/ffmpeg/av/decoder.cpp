#include "decoder.hpp"

extern "C" {
#include <libavutil/opt.h>
}

#include "av_error.hpp"
#include "av_log.hpp"

namespace capstan::ffmpeg {

namespace {

std::string counted(int n, int n_all, const char* noun) {
  return std::to_string(n) + " of " + std::to_string(n_all) + " " + noun + (n_all == 1 ? "" : "s");
}

void set_option(AVCodecContext& context, const std::string& name, const std::string& value) {
  const int result = av_opt_set(&context, name.c_str(), value.c_str(), AV_OPT_SEARCH_CHILDREN);
  if (result >= 0) return;
  const std::string decoder = std::string("the decoder ") + context.codec->name;
  throw std::runtime_error(result == AVERROR_OPTION_NOT_FOUND
                               ? decoder + " has no option '" + name + "'"
                               : decoder + " does not take '" + value + "' for '" + name + "'");
}

}  // namespace

std::string Damage::text() const {
  std::string text = is_truncated ? "the input is truncated" : "the input is damaged";
  const char* separator = ": ";
  if (n_lost_packets) {
    text += separator + counted(n_lost_packets, n_packets, "packet") + " could not be decoded";
    separator = ", ";
  }
  if (n_broken_frames) {
    text += separator + counted(n_broken_frames, n_frames, "frame") + " with errors";
  }
  return reason.empty() ? text : text + " (" + reason + ")";
}

std::string no_frame_text(const Damage& damage) {
  if (damage.is_truncated) return "no frame could be decoded: " + damage.text();
  const std::string text = "no frame could be decoded";
  return damage.reason.empty() ? text : text + " (" + damage.reason + ")";
}

void Damage::add(const Damage& other) {
  is_truncated |= other.is_truncated;
  n_lost_packets += other.n_lost_packets;
  n_packets += other.n_packets;
  n_broken_frames += other.n_broken_frames;
  n_frames += other.n_frames;
  if (reason.empty()) reason = other.reason;
}

Decoder::Decoder(const AVStream& stream, const DecoderSetup& setup) : stream_(stream) {
  // Where the log alone tells of damage, it must be known which frame it speaks of.
  const bool is_told_by_log = stream.codecpar->codec_id == AV_CODEC_ID_MJPEG;
  const int n_threads = is_told_by_log ? 1 : setup.n_threads;
  int result = open(setup, n_threads);
  // Perhaps no more threads are to be had.
  if (result < 0 && n_threads > 1) result = open(setup, 1);
  check(result, "the decoder did not open");
}

int Decoder::open(const DecoderSetup& setup, int n_threads) {
  const AVCodecParameters& parameters = *stream_.codecpar;
  const AVCodec* codec = avcodec_find_decoder(parameters.codec_id);
  if (!codec) {
    throw std::runtime_error(std::string("no decoder for ") +
                             avcodec_get_name(parameters.codec_id));
  }
  context_.reset(require(avcodec_alloc_context3(codec)));
  check(avcodec_parameters_to_context(context_.get(), &parameters), "the decoder did not open");
  context_->pkt_timebase = stream_.time_base;
  context_->framerate = stream_.avg_frame_rate;
  for (const auto& [name, value] : setup.options) set_option(*context_, name, value);
  context_->max_pixels = setup.max_pixels;
  context_->thread_count = n_threads;
  if (n_threads > 1) {
    codec_log_ = std::make_unique<CodecLog>();
    codec_log_->listen_to(*context_);
  }
  return avcodec_open2(context_.get(), codec, nullptr);
}

void Decoder::send(AVPacket& packet) {
  dts_.stamp(packet, stream_, *context_);
  if ((packet.flags & AV_PKT_FLAG_CORRUPT) != 0) note_lost_packet(AVERROR_INVALIDDATA);
  LogScope::clear_error();
  ++damage_.n_packets;
  const int result = avcodec_send_packet(context_.get(), &packet);
  if (result == AVERROR(ENOMEM)) throw std::bad_alloc();
  if (result < 0) note_lost_packet(result);
}

void Decoder::send_end() noexcept { avcodec_send_packet(context_.get(), nullptr); }

Pull Decoder::receive(AVFrame& frame) {
  if (codec_log_) codec_log_->deliver();
  while (true) {
    const int result = avcodec_receive_frame(context_.get(), &frame);
    if (result == AVERROR(EAGAIN)) return Pull::needs_packet;
    if (result == AVERROR_EOF) return Pull::end;
    if (result == AVERROR(ENOMEM)) throw std::bad_alloc();
    if (result >= 0) {
      frame.pts = frame.best_effort_timestamp;
      note_frame(frame);
      return Pull::frame;
    }
    note_lost_packet(result);
  }
}

void Decoder::flush() noexcept {
  avcodec_flush_buffers(context_.get());
  dts_.restart();
  damage_ = {};
  has_frame_ = false;
}

std::string Decoder::complaint(int code) const {
  std::string line = LogScope::last_error();
  if (line.empty() && codec_log_) line = codec_log_->last_error();
  return line.empty() ? error_text(code) : line;
}

void Decoder::note_lost_packet(int code) {
  // A recording may begin in the middle of a group of pictures: what precedes the first picture
  // that stands on its own can't be decoded, and nothing is wrong with that.
  if (has_frame_) ++damage_.n_lost_packets;
  if (damage_.reason.empty()) damage_.reason = complaint(code);
}

bool Decoder::is_broken(const AVFrame& frame) noexcept {
  return frame.decode_error_flags != 0 || (frame.flags & AV_FRAME_FLAG_CORRUPT) != 0;
}

void Decoder::note_frame(AVFrame& frame) {
  // The JPEG decoder gives half a picture and only logs that the other half is missing.
  const bool is_jpeg = stream_.codecpar->codec_id == AV_CODEC_ID_MJPEG;
  if (is_jpeg && !LogScope::last_error().empty()) {
    frame.decode_error_flags |= FF_DECODE_ERROR_INVALID_BITSTREAM;
  }
  ++damage_.n_frames;
  if (is_broken(frame)) {
    ++damage_.n_broken_frames;
    if (damage_.reason.empty()) damage_.reason = complaint(AVERROR_INVALIDDATA);
  }
  has_frame_ = true;
}

}  // namespace capstan::ffmpeg
