#include "decode_stage.hpp"

#include "sampler.hpp"

namespace capstan::ffmpeg {

// What one item needs. Lives in the generator's frame, so across yields; the LogScope of each call
// does not.
struct DecodeStage::Session {
  Session(StageContext& context, const Item& item, const StreamChoice& choice)
      : sink(context.log()) {
    LogScope scope(sink);
    reader = std::make_unique<FrameReader>(InputSource(item), choice,
                                           [&context] { return context.is_cancelled(); });
  }

  LogSink sink;
  std::unique_ptr<FrameReader> reader;
};

DecodeStage::DecodeStage(StageContext& context, const Options& options)
    : context_(context),
      positions_(options.positions("video.at")),
      is_sampled_(options.has("video.at")),
      is_rotated_(options.boolean("video.rotate")),
      fails_on_damage_(options.text("on_corrupt") == "fail") {
  const std::string streams = options.text("streams");
  choice_.wants_video = streams != "audio";
  choice_.wants_audio = streams != "video";
  choice_.max_pixels = options.integer("video.max_pixels");
  if (options.has("video.stream")) {
    choice_.video_number = static_cast<int>(options.integer("video.stream"));
  }
  if (options.has("video.size")) size_ = options.dimensions("video.size");
  if (is_sampled_ && choice_.wants_audio) {
    throw std::invalid_argument("'video.at' picks frames of a video: it needs 'streams: video'");
  }
}

Generator<Item> DecodeStage::process(Item in) {
  return is_sampled_ ? sampled_frames(std::move(in)) : all_frames(std::move(in));
}

Generator<Item> DecodeStage::all_frames(Item in) {
  Session session(context_, in, choice_);
  bool has_frame = false;
  while (true) {
    PayloadRef payload;
    {
      LogScope scope(session.sink);
      Decoded decoded = session.reader->next();
      if (decoded.frame) payload = to_payload(std::move(decoded));
    }
    if (!payload) break;
    has_frame = true;
    Item out = in.with(std::move(payload));
    co_yield out;
  }
  const Damage damage = session.reader->damage();
  if (!has_frame) throw std::runtime_error(no_frame_text(damage));
  report(damage);
}

Generator<Item> DecodeStage::sampled_frames(Item in) {
  Session session(context_, in, choice_);
  Sampler sampler(*session.reader);
  for (const Position& position : positions_) {
    PayloadRef payload;
    {
      LogScope scope(session.sink);
      Decoded decoded{sampler.frame_at(position), session.reader->video()};
      payload = to_payload(std::move(decoded));
    }
    Item out = in.with(std::move(payload));
    co_yield out;
  }
  const Damage damage = session.reader->damage();
  if (damage.is_any()) context_.log().warn(damage.text());
}

PayloadRef DecodeStage::to_payload(Decoded decoded) {
  const AVStream& stream = *decoded.stream;
  if (stream.codecpar->codec_type == AVMEDIA_TYPE_AUDIO) {
    return wrap_audio_frame(std::move(decoded.frame), stream.time_base);
  }
  AvFramePtr frame = std::move(decoded.frame);
  if (is_rotated_) frame = rotator_.apply(std::move(frame), stream);
  if (size_.width != 0) {
    frame = scaler_.convert(*frame, scale_target(*frame, size_, AV_PIX_FMT_NONE));
  }
  return wrap_video_frame(std::move(frame), stream.time_base);
}

void DecodeStage::report(const Damage& damage) const {
  if (!damage.is_any()) return;
  if (fails_on_damage_) throw std::runtime_error(damage.text());
  context_.log().warn(damage.text());
}

}  // namespace capstan::ffmpeg
