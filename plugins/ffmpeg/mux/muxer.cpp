#include "muxer.hpp"

#include <algorithm>

#include "../av/av_error.hpp"
#include "../av/av_log.hpp"

namespace capstan::ffmpeg {

Muxer::Muxer(const MuxSettings& settings, const std::vector<Ref<const Program>>& programs,
             std::function<bool()> is_cancelled)
    : settings_(settings),
      programs_(programs),
      files_(settings.folder, std::move(is_cancelled)),
      context_(make_output_context(settings)) {
  files_.serve(*context_);
  std::int64_t start_us = INT64_MAX;
  for (const auto& program : programs) start_us = std::min(start_us, program->start_us);
  for (const auto& program : programs) {
    first_stream_[program.get()] = outputs_.size();
    for (const StreamInfo& info : program->streams) add_stream(info, start_us);
  }
  const auto told = std::find_if(programs.begin(), programs.end(),
                                 [](const auto& program) { return bool(program->source); });
  if (told != programs.end()) copy_source(*(*told)->source, start_us, *context_);
  write_header();
}

// The HLS muxer of FFmpeg 5.1 frees the segment that it is at in its trailer alone. What that
// writes goes with the files, which nobody takes any more.
Muxer::~Muxer() {
  if (awaits_trailer_ && settings_.has_many_files()) av_write_trailer(context_.get());
}

void Muxer::add_stream(const StreamInfo& info, std::int64_t start_us) {
  Output output;
  output.stream = make_stream(info, *context_);
  output.info = &info;
  output.offset = av_rescale_q(start_us, AV_TIME_BASE_Q, info.time_base);
  output.filter = make_header_filter(info, *context_);
  outputs_.push_back(std::move(output));
}

void Muxer::write_header() {
  if (!settings_.has_many_files()) context_->pb = files_.open(settings_.name);
  LogScope::clear_error();
  const int result = avformat_write_header(context_.get(), nullptr);
  if (result < 0) {
    throw_av_error("these streams do not go into '" + std::string(context_->oformat->name) + "' (" +
                       list_codecs(*context_) + ")",
                   result);
  }
  awaits_trailer_ = true;
}

void Muxer::write(const Packet& packet) {
  Output& output = outputs_[first_stream_.at(&packet.program()) + packet.stream()];
  AvPacketPtr copy(require(av_packet_clone(&packet.packet())));
  if (copy->pts != AV_NOPTS_VALUE) copy->pts -= output.offset;
  if (copy->dts != AV_NOPTS_VALUE) copy->dts -= output.offset;
  LogScope::clear_error();
  if (!output.filter) return interleave(output, *copy);
  check(av_bsf_send_packet(output.filter.get(), copy.get()), "a packet could not be prepared");
  while (av_bsf_receive_packet(output.filter.get(), copy.get()) >= 0) interleave(output, *copy);
}

void Muxer::interleave(Output& output, AVPacket& packet) {
  move_times(packet, *output.info, output.stream->time_base, output.next_sample);
  packet.stream_index = output.stream->index;
  keep_rising(packet, output.last_dts, *context_->oformat);
  LogScope::clear_error();
  check(av_interleaved_write_frame(context_.get(), &packet), "the output could not be written");
}

void Muxer::finish() {
  LogScope::clear_error();
  awaits_trailer_ = false;
  check(av_write_trailer(context_.get()), "the output could not be completed");
  if (!settings_.has_many_files()) {
    check(files_.close(std::exchange(context_->pb, nullptr)), "the output could not be written");
  }
  is_finished_ = true;
}

}  // namespace capstan::ffmpeg
