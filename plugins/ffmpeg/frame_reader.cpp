#include "frame_reader.hpp"

#include "av_error.hpp"
#include "av_log.hpp"

namespace capstan::ffmpeg {

namespace {

std::string describe_missing(const StreamChoice& choice, bool has_video, bool has_audio) {
  if (choice.video_number >= 0 && has_video) {
    return "there is no video stream number " + std::to_string(choice.video_number);
  }
  if (!choice.wants_audio) {
    return has_audio ? "there is no video in it, only audio (streams: audio reads that)"
                     : "there is no video in it";
  }
  if (!choice.wants_video) return "there is no audio in it";
  return "there is neither video nor audio in it";
}

}  // namespace

FrameReader::FrameReader(InputSource source, const StreamChoice& choice,
                         std::function<bool()> is_cancelled)
    : source_(std::move(source)),
      choice_(choice),
      is_cancelled_(std::move(is_cancelled)),
      packet_(make_av_packet()) {
  restart();
}

void FrameReader::restart() {
  decoders_.clear();
  video_ = nullptr;
  input_.reset();
  input_ = std::make_unique<Input>(source_, choice_.max_pixels, is_cancelled_);
  current_ = 0;
  is_truncated_ = false;
  truncation_.clear();
  choose_streams();
}

void FrameReader::choose_streams() {
  AVFormatContext& context = input_->context();
  std::vector<AVStream*> chosen;
  AVStream* video = choice_.video_number >= 0 ? nth_video_stream(context, choice_.video_number)
                                              : best_video_stream(context);
  AVStream* audio = best_audio_stream(context);
  if (choice_.wants_video && video) chosen.push_back(video);
  if (choice_.wants_audio && audio) chosen.push_back(audio);
  if (chosen.empty()) {
    throw std::runtime_error(
        describe_missing(choice_, best_video_stream(context) != nullptr, audio != nullptr));
  }
  for (unsigned i = 0; i < context.nb_streams; ++i) context.streams[i]->discard = AVDISCARD_ALL;
  for (AVStream* stream : chosen) {
    stream->discard = AVDISCARD_DEFAULT;
    decoders_.push_back(std::make_unique<Decoder>(*stream, choice_.max_pixels));
  }
  video_ = choice_.wants_video ? video : nullptr;
}

Decoded FrameReader::next() {
  AvFramePtr frame = make_av_frame();
  while (current_ < decoders_.size()) {
    if (is_cancelled_()) throw Cancelled();
    Decoder& decoder = *decoders_[current_];
    switch (decoder.receive(*frame)) {
      case Pull::frame:
        return {std::move(frame), &decoder.stream()};
      case Pull::end:
        ++current_;
        break;
      default:
        read_packet();
    }
  }
  return {};
}

void FrameReader::read_packet() {
  while (true) {
    if (is_cancelled_()) throw Cancelled();
    LogScope::clear_error();
    const int result = input_->read(*packet_);
    if (result == AVERROR_EXIT) throw Cancelled();
    if (result == AVERROR(EAGAIN)) continue;
    if (result < 0) {
      note_end(result);
      for (const auto& decoder : decoders_) decoder->send_end();
      current_ = 0;
      return;
    }
    for (std::size_t i = 0; i < decoders_.size(); ++i) {
      if (decoders_[i]->stream().index != packet_->stream_index) continue;
      decoders_[i]->send(*packet_);
      current_ = i;
      av_packet_unref(packet_.get());
      return;
    }
    av_packet_unref(packet_.get());
  }
}

void FrameReader::note_end(int code) {
  const AVIOContext* io = input_->context().pb;
  // Some old demuxers call the end of the file an I/O error; a real one is noted by the reader.
  const bool is_plain = code == AVERROR_EOF || (code == AVERROR(EIO) && io && io->error >= 0);
  // Some demuxers (Matroska) only log that the file ends too early, and report a plain end.
  truncation_ = LogScope::last_error();
  is_truncated_ = !is_plain || !truncation_.empty();
  if (is_truncated_ && truncation_.empty()) truncation_ = error_text(code);
}

bool FrameReader::seek(std::int64_t time_us) {
  if (!input_->seek(time_us)) return false;
  for (const auto& decoder : decoders_) decoder->flush();
  current_ = 0;
  is_truncated_ = false;
  truncation_.clear();
  return true;
}

Damage FrameReader::damage() const {
  Damage damage;
  damage.is_truncated = is_truncated_;
  damage.reason = truncation_;
  for (const auto& decoder : decoders_) damage.add(decoder->damage());
  return damage;
}

}  // namespace capstan::ffmpeg
