#include "frame_reader.hpp"

#include <algorithm>

#include "av_error.hpp"
#include "av_log.hpp"

namespace capstan::ffmpeg {

namespace {

std::string describe_missing(const ReadSettings& choice, bool has_video, bool has_audio) {
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

FrameReader::FrameReader(InputSource source, const ReadSettings& settings,
                         std::function<bool()> is_cancelled)
    : source_(std::move(source)),
      settings_(settings),
      is_cancelled_(std::move(is_cancelled)),
      packet_(make_av_packet()) {
  restart();
}

void FrameReader::restart() {
  decoders_.clear();
  video_ = nullptr;
  input_.reset();
  input_ = std::make_unique<Input>(source_, settings_.limits, is_cancelled_, Probing::for_decode);
  n_frames_ = 0;
  n_given_.clear();
  n_to_skip_.clear();
  is_at_start_ = true;
  forget_position();
  choose_streams();
}

void FrameReader::choose_streams() {
  AVFormatContext& context = input_->context();
  std::vector<AVStream*> chosen;
  AVStream* video = settings_.video_number >= 0 ? nth_video_stream(context, settings_.video_number)
                                                : best_video_stream(context);
  AVStream* audio = best_audio_stream(context);
  if (settings_.wants_video && video) chosen.push_back(video);
  if (settings_.wants_audio && audio) chosen.push_back(audio);
  if (chosen.empty()) {
    throw std::runtime_error(
        describe_missing(settings_, best_video_stream(context) != nullptr, audio != nullptr));
  }
  for (unsigned i = 0; i < context.nb_streams; ++i) context.streams[i]->discard = AVDISCARD_ALL;
  for (AVStream* stream : chosen) {
    stream->discard = AVDISCARD_DEFAULT;
    DecoderSetup setup{settings_.limits.max_pixels, {}, 1};
    if (stream == video) {
      setup.options = settings_.video_options;
      if (!input_->is_image()) setup.n_threads = settings_.n_threads;
    }
    decoders_.push_back(std::make_unique<Decoder>(*stream, setup));
  }
  video_ = settings_.wants_video ? video : nullptr;
  n_given_.resize(decoders_.size());
  n_to_skip_.resize(decoders_.size());
}

Decoded FrameReader::next() {
  while (true) {
    Decoded decoded = decode_next();
    if (is_doubtful()) {
      begin_again();
    } else if (!decoded.frame || ++n_given_[current_] > n_to_skip_[current_]) {
      return decoded;
    }
  }
}

bool FrameReader::is_doubtful() const {
  return std::any_of(decoders_.begin(), decoders_.end(),
                     [](const auto& decoder) { return decoder->is_doubtful(); });
}

// A frame comes out when its thread is done, so what was given before the first complaint is right.
void FrameReader::begin_again() {
  const std::vector<std::int64_t> n_given = n_given_;
  do_without_threads();
  restart();
  n_to_skip_ = n_given;
}

Decoded FrameReader::decode_next() {
  AvFramePtr frame = make_av_frame();
  while (current_ < decoders_.size()) {
    check_cancelled();
    Decoder& decoder = *decoders_[current_];
    switch (decoder.receive(*frame)) {
      case Pull::frame:
        check_frames(++n_frames_);
        return {std::move(frame), &decoder.stream()};
      case Pull::end:
        ++current_;
        break;
      default:
        decode_packet();
    }
  }
  return {};
}

void FrameReader::decode_packet() {
  while (read_packet(*packet_)) {
    for (std::size_t i = 0; i < decoders_.size(); ++i) {
      if (decoders_[i]->stream().index != packet_->stream_index) continue;
      decoders_[i]->send(*packet_);
      current_ = i;
      av_packet_unref(packet_.get());
      return;
    }
    av_packet_unref(packet_.get());
  }
  for (const auto& decoder : decoders_) decoder->send_end();
  current_ = 0;
}

bool FrameReader::read_packet(AVPacket& packet) {
  is_at_start_ = false;
  while (true) {
    check_cancelled();
    LogScope::clear_error();
    const int result = input_->read(packet);
    if (result >= 0) return true;
    if (result == AVERROR_EXIT) throw Cancelled();
    if (result == AVERROR(EAGAIN)) continue;
    note_end(result);
    return false;
  }
}

bool FrameReader::read_video_packet(AVPacket& packet) {
  while (read_packet(packet)) {
    if (packet.stream_index == video_->index) return true;
    av_packet_unref(&packet);
  }
  return false;
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
  is_at_start_ = false;
  if (!input_->seek(time_us)) return false;
  forget_position();
  return true;
}

bool FrameReader::seek_to_packet(std::int64_t pts, std::int64_t dts) {
  is_at_start_ = false;
  if (!input_->seek_to_packet(*video_, pts, dts)) return false;
  forget_position();
  return true;
}

void FrameReader::forget_position() noexcept {
  for (const auto& decoder : decoders_) decoder->flush();
  current_ = 0;
  is_truncated_ = false;
  truncation_.clear();
}

Damage FrameReader::damage() const {
  Damage damage;
  damage.is_truncated = is_truncated_;
  damage.reason = truncation_;
  for (const auto& decoder : decoders_) damage.add(decoder->damage());
  return damage;
}

}  // namespace capstan::ffmpeg
