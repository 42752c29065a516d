#include "encode_streams_stage.hpp"

#include <algorithm>

namespace capstan::ffmpeg {

namespace {

// Packets that wait for a stream of which nobody knows whether it comes.
constexpr std::size_t kMaxWaitingBytes = std::size_t{64} << 20U;

[[noreturn]] void refuse_frame(const char* kind) {
  throw std::runtime_error(std::string(kind) + " came, but '" + kind + ".codec' is not given: " +
                           "take 'streams' of decode, or a router, to keep it away");
}

}  // namespace

EncodeStreamsStage::EncodeStreamsStage(StageContext& context, const Options& options)
    : context_(context), sink_(context.log()) {
  LogScope scope(sink_);
  video_settings_ = read_video_settings(options);
  audio_settings_ = read_audio_settings(options);
  if (!video_settings_ && !audio_settings_) {
    throw std::invalid_argument("expected 'video.codec', 'audio.codec' or both");
  }
  if (audio_settings_ && video_settings_ && video_settings_->frame_rate.num != 0) {
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
  if (!video_settings_) refuse_frame("video");
  AvFramePtr frame = to_av_frame(picture);
  if (!video_) {
    if (program_) throw std::runtime_error("video begins after more audio than can be held");
    video_origin_ = origin_of(*frame);
    const AVRational rate = video_origin_ ? video_origin_->traits.frame_rate : AVRational{0, 1};
    video_ = std::make_unique<VideoEncoder>(*video_settings_, rate);
  }
  video_->encode(std::move(frame));
}

void EncodeStreamsStage::take_audio(const AudioFrame& samples) {
  if (!audio_settings_) refuse_frame("audio");
  AvFramePtr frame = to_av_frame(samples);
  if (!audio_) {
    if (program_) throw std::runtime_error("audio begins after more video than can be held");
    audio_origin_ = origin_of(*frame);
    audio_ = std::make_unique<AudioEncoder>(*audio_settings_);
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

void EncodeStreamsStage::begin_output() {
  auto program = make_ref<Program>();
  program->stage = context_.stage();
  program->start_us = INT64_MAX;
  const auto add = [&](const StreamEncoder& encoder, const Ref<const FrameOrigin>& origin) {
    program->streams.push_back(encoder.describe(origin ? &origin->traits : nullptr));
    program->start_us = std::min(program->start_us, encoder.start_us());
    if (origin) program->source = origin->source;
  };
  if (video_) add(*video_, video_origin_);
  if (audio_) add(*audio_, audio_origin_);
  program_ = Ref<const Program>(program);
}

void EncodeStreamsStage::flush_encoders() {
  if (!video_ && !audio_) return;  // a stage before dropped it all
  LogScope scope(sink_);
  if (video_) video_->finish();
  if (audio_) audio_->finish();
  if (!program_) begin_output();
  charge_held();
  if (!video_ || video_->n_left_out() == 0) return;
  context_.log().warn(std::to_string(video_->n_left_out()) +
                      " frames were left out: they were not later than the one before");
}

Item EncodeStreamsStage::next_packet() {
  if (!program_) return {};
  std::size_t stream = 0;
  AvPacketPtr packet = video_ ? video_->take_packet() : nullptr;
  if (!packet && audio_) {
    stream = video_ ? 1 : 0;
    packet = audio_->take_packet();
  }
  if (!packet) return {};
  charge_held();  // from here on the packet is a payload
  return stem_.with(make_ref<Packet>(std::move(packet), program_, stream));
}

}  // namespace capstan::ffmpeg
