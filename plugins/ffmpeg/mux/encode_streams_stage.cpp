#include "encode_streams_stage.hpp"

#include <algorithm>

namespace capstan::ffmpeg {

namespace {

// Packets that wait for a stream of which nobody knows whether it comes.
constexpr std::size_t kMaxWaitingBytes = std::size_t{64} << 20U;

[[noreturn]] void refuse_frame(const char* kind, bool is_copied) {
  const char* state = is_copied ? "copy: " : "not given: ";
  throw std::runtime_error(std::string(kind) + " came, but '" + kind + ".codec' is " + state +
                           "take 'streams' of decode, or a router, to keep it away");
}

}  // namespace

EncodeStreamsStage::EncodeStreamsStage(StageContext& context, const Options& options)
    : context_(context),
      sink_(context.log()),
      copies_video_(copies_stream(options, "video")),
      copies_audio_(copies_stream(options, "audio")) {
  LogScope scope(sink_);
  video_settings_ = read_video_settings(options);
  audio_settings_ = read_audio_settings(options);
  if (!video_settings_ && !audio_settings_) {
    throw std::invalid_argument(copies_video_ || copies_audio_
                                    ? "nothing is encoded: 'demux' gives streams as they are"
                                    : "expected 'video.codec', 'audio.codec' or both");
  }
  if ((audio_settings_ || copies_audio_) && video_settings_ &&
      video_settings_->frame_rate.num != 0) {
    throw std::invalid_argument("'video.frame_rate' gives frames other times: audio would not fit");
  }
  context.shared<bool>([&] {  // once for all jobs
    if (video_settings_) try_settings(*video_settings_);
    if (audio_settings_) try_settings(*audio_settings_);
    return std::make_shared<bool>(true);
  });
}

Generator<Item> EncodeStreamsStage::process(Item in) {
  take(in);
  in = Item();  // nothing of it is needed while packets wait for room
  while (Item out = next_packet()) co_yield out;
}

Generator<Item> EncodeStreamsStage::finish_items() {
  flush_encoders();
  while (Item out = next_packet()) co_yield out;
  if (copied_ && !copied_->truncation().empty()) {
    context_.log().warn("the input is truncated (" + copied_->truncation() + ")");
  }
}

void EncodeStreamsStage::take(const Item& in) {
  LogScope scope(sink_);
  if (!stem_) stem_ = in.with(make_ref<Reference>(""));
  if (const auto* picture = in.get_if<VideoFrame>()) {
    take_video(*picture);
  } else {
    take_audio(in.get<AudioFrame>());
  }
  if (!program_ && (!is_waiting() || held_bytes() > kMaxWaitingBytes)) begin_output();
  charge_held();
}

void EncodeStreamsStage::take_video(const VideoFrame& picture) {
  if (!video_settings_) refuse_frame("video", copies_video_);
  AvFramePtr frame = to_av_frame(picture);
  if (!video_) {
    if (program_) throw std::runtime_error("video begins after more audio than can be held");
    video_origin_ = origin_of(*frame);
    const AVRational rate = video_origin_ ? video_origin_->traits.frame_rate : AVRational{0, 1};
    video_ = std::make_unique<VideoEncoder>(*video_settings_, rate);
    if (copies_audio_) open_copied(video_origin_);
  }
  video_->encode(std::move(frame));
}

void EncodeStreamsStage::take_audio(const AudioFrame& samples) {
  if (!audio_settings_) refuse_frame("audio", copies_audio_);
  AvFramePtr frame = to_av_frame(samples);
  if (!audio_) {
    if (program_) throw std::runtime_error("audio begins after more video than can be held");
    audio_origin_ = origin_of(*frame);
    audio_ = std::make_unique<AudioEncoder>(*audio_settings_);
    if (copies_video_) open_copied(audio_origin_);
  }
  audio_->encode(std::move(frame));
}

// Whether a stream that the container must know of may still come.
bool EncodeStreamsStage::is_waiting() const {
  if (video_settings_ && !video_) return !audio_origin_ || audio_origin_->has_video;
  if (audio_settings_ && !audio_) return !video_origin_ || video_origin_->has_audio;
  return false;
}

// Of packets.
std::size_t EncodeStreamsStage::held_bytes() const {
  return (video_ ? video_->held_bytes() : 0) + (audio_ ? audio_->held_bytes() : 0);
}

void EncodeStreamsStage::charge_held() {
  const std::size_t bytes = held_bytes() + (video_ ? video_->lookahead_bytes() : 0) +
                            (audio_ ? audio_->lookahead_bytes() : 0);
  context_.charge(static_cast<std::int64_t>(bytes) - static_cast<std::int64_t>(n_charged_bytes_));
  n_charged_bytes_ = bytes;
}

void EncodeStreamsStage::open_copied(const Ref<const FrameOrigin>& origin) {
  const AVMediaType kind = copies_video_ ? AVMEDIA_TYPE_VIDEO : AVMEDIA_TYPE_AUDIO;
  if (!origin || !origin->input) {
    throw std::runtime_error(std::string("'") + av_get_media_type_string(kind) +
                             ".codec: copy' needs all frames of an input, with their origin: "
                             "nothing of decode's that leaves some out");
  }
  copied_ = std::make_unique<CopiedStream>(InputSource(Item(origin->input), context_.input_rules()),
                                           kind, [this] { return context_.is_cancelled(); });
}

void EncodeStreamsStage::begin_output() {
  auto program = make_ref<Program>();
  program->stage = context_.stage();
  add_streams(*program);
  program_ = Ref<const Program>(program);
}

// Video first.
void EncodeStreamsStage::add_streams(Program& program) const {
  program.start_us = INT64_MAX;
  const auto add_copied = [&] {
    if (!copied_ || !copied_->info()) return;
    program.streams.push_back(copy_of(*copied_->info()));
    program.start_us = std::min(program.start_us, copied_->start_us());
  };
  const auto add = [&](const StreamEncoder& encoder, const Ref<const FrameOrigin>& origin) {
    program.streams.push_back(encoder.describe(origin ? &origin->traits : nullptr));
    program.start_us = std::min(program.start_us, encoder.start_us());
    if (origin) program.source = origin->source;
  };
  if (copies_video_) add_copied();
  if (video_) add(*video_, video_origin_);
  if (audio_) add(*audio_, audio_origin_);
  if (copies_audio_) add_copied();
}

void EncodeStreamsStage::flush_encoders() {
  if (!video_ && !audio_) return;  // a stage before dropped it all
  LogScope scope(sink_);
  if (video_) video_->finish();
  if (audio_) audio_->finish();
  if (!program_) begin_output();
  charge_held();
  copied_until_us_ = INT64_MAX;
  if (!video_ || video_->n_left_out() == 0) return;
  context_.log().warn(std::to_string(video_->n_left_out()) +
                      " frames were left out: they were not later than the one before");
}

Item EncodeStreamsStage::next_packet() {
  if (!program_) return {};
  LogScope scope(sink_);
  std::size_t stream = 0;
  const bool has_copied = copied_ && copied_->info();
  AvPacketPtr packet = video_ ? video_->take_packet() : nullptr;
  if (!packet && audio_) {
    stream = video_ || (copies_video_ && has_copied) ? 1 : 0;
    packet = audio_->take_packet();
  }
  if (packet) {
    charge_held();  // from here on the packet is a payload
    note_time(*packet, program_->streams[stream].time_base);
  } else if (has_copied) {
    stream = copies_video_ ? 0 : 1;
    packet = copied_->take(copied_until_us_);
  }
  if (!packet) return {};
  return stem_.with(make_ref<Packet>(std::move(packet), program_, stream));
}

// What is copied goes as far as what is encoded.
void EncodeStreamsStage::note_time(const AVPacket& packet, AVRational unit) {
  if (!copied_ || packet.dts == AV_NOPTS_VALUE) return;
  copied_until_us_ = std::max(copied_until_us_, av_rescale_q(packet.dts, unit, AV_TIME_BASE_Q));
}

}  // namespace capstan::ffmpeg
