#include "packet_reader.hpp"

#include <algorithm>

#include <capstan/sdk/stage.hpp>

#include "../av/av_error.hpp"
#include "../av/av_log.hpp"
#include "../decode/usual_limits.hpp"

namespace capstan::ffmpeg {

namespace {

AVStream* best_stream(AVFormatContext& context, AVMediaType kind) {
  if (kind == AVMEDIA_TYPE_VIDEO) return best_video_stream(context);
  if (kind == AVMEDIA_TYPE_AUDIO) return best_audio_stream(context);
  for (unsigned i = 0; i < context.nb_streams; ++i) {
    if (context.streams[i]->codecpar->codec_type == kind) return context.streams[i];
  }
  return nullptr;
}

}  // namespace

PacketReader::PacketReader(const InputSource& source, const std::vector<AVMediaType>& kinds,
                           bool takes_best, std::function<bool()> is_cancelled, std::string stage)
    : is_cancelled_(std::move(is_cancelled)), input_(source, usual_limits(), is_cancelled_) {
  AVFormatContext& context = input_.context();
  auto program = make_ref<Program>();
  program->stage = std::move(stage);
  program->start_us = input_.start_us();
  program->source = describe_source(context);
  for (unsigned i = 0; i < context.nb_streams; ++i) {
    AVStream& stream = *context.streams[i];
    copied_.emplace_back();
    if (is_wanted(stream, kinds, takes_best)) {
      add_stream(stream, *program);
    } else {
      stream.discard = AVDISCARD_ALL;
    }
  }
  program_ = Ref<const Program>(program);
}

bool PacketReader::is_wanted(const AVStream& stream, const std::vector<AVMediaType>& kinds,
                             bool takes_best) {
  const AVMediaType kind = stream.codecpar->codec_type;
  if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) return false;
  return !takes_best || best_stream(input_.context(), kind) == &stream;
}

void PacketReader::add_stream(AVStream& stream, Program& program) {
  auto copied = std::make_unique<Copied>();
  copied->number = program.streams.size();
  copied->timing.reset(require(avcodec_alloc_context3(nullptr)));
  check(avcodec_parameters_to_context(copied->timing.get(), stream.codecpar), "a stream's codec");
  copied->timing->framerate = stream.avg_frame_rate;
  StreamInfo info;
  info.codec = make_codec_parameters();
  check(avcodec_parameters_copy(info.codec.get(), stream.codecpar), "a stream's codec");
  info.time_base = stream.time_base;
  info.traits = traits_of(stream);
  program.streams.push_back(std::move(info));
  copied_.back() = std::move(copied);
}

Ref<Packet> PacketReader::next() {
  AvPacketPtr packet = make_av_packet();
  while (true) {
    if (is_cancelled_()) throw Cancelled();
    LogScope::clear_error();
    const int result = input_.read(*packet);
    if (result == AVERROR_EXIT) throw Cancelled();
    if (result == AVERROR(EAGAIN)) continue;
    if (result < 0) {
      note_end(result);
      return {};
    }
    const auto index = static_cast<std::size_t>(packet->stream_index);
    if (index < copied_.size() && copied_[index]) {  // streams that turn up late are left out
      Copied& copied = *copied_[index];
      const AVStream& stream = *input_.context().streams[index];
      const std::int64_t start_us =
          packet->pts == AV_NOPTS_VALUE
              ? 0
              : av_rescale_q(packet->pts, stream.time_base, AV_TIME_BASE_Q);
      copied.dts.stamp(*packet, stream, *copied.timing, start_us);
      check(av_packet_make_refcounted(packet.get()), "a packet");
      return make_ref<Packet>(std::move(packet), program_, copied.number);
    }
    av_packet_unref(packet.get());
  }
}

// The same signs as FrameReader goes by.
void PacketReader::note_end(int code) {
  const AVIOContext* io = input_.context().pb;
  const bool is_plain = code == AVERROR_EOF || (code == AVERROR(EIO) && io && io->error >= 0);
  truncation_ = LogScope::last_error();
  if (!is_plain && truncation_.empty()) truncation_ = error_text(code);
}

}  // namespace capstan::ffmpeg
