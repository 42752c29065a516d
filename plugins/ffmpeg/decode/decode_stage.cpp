#include "decode_stage.hpp"

#include "decode_session.hpp"

namespace capstan::ffmpeg {

namespace {

constexpr unsigned kMaxThreads = 16;  // libavcodec's own limit when it chooses

std::string counted(int n, const char* noun) {
  return std::to_string(n) + " " + noun + (n == 1 ? "" : "s");
}

bool is_sound(const Decoded& decoded) {
  return decoded.stream->codecpar->codec_type == AVMEDIA_TYPE_AUDIO;
}

/// Of what SoundMaker gave; null for null.
PayloadRef payload_of_sound(AvFramePtr made) {
  if (!made) return {};
  const AVRational time_base = made->time_base;
  return wrap_audio_frame(std::move(made), time_base);
}

}  // namespace

struct DecodeStage::Progress {
  int n_given = 0;
  int n_given_broken = 0;
  int n_left_out = 0;  // broken ones
  SoundMaker sound;
};

DecodeStage::DecodeStage(StageContext& context, const Options& options)
    : context_(context),
      selection_(read_selection(options)),
      is_rotated_(options.boolean("video.rotate")),
      form_(picture_form_from(options, "video.")),
      maker_(form_),
      sound_form_(sound_form_from(options, "audio.")) {
  const std::string streams = options.text("streams");
  settings_.wants_video = streams != "audio";
  settings_.wants_audio = streams != "video";
  settings_.limits = read_limits(options);
  if (options.has("video.stream")) {
    settings_.video_number = static_cast<int>(options.integer("video.stream"));
  }
  n_threads_ = static_cast<unsigned>(options.integer("video.threads"));
  settings_.video_options = options.map("video.options");
  const std::string on_corrupt = options.text("on_corrupt");
  on_corrupt_ = on_corrupt == "fail"   ? OnCorrupt::fail
                : on_corrupt == "skip" ? OnCorrupt::skip
                                       : OnCorrupt::conceal;
}

// `at` decodes few frames at each place, and seeks. When jobs are plenty the pool runs them side by
// side, and threads inside would only compete.
int DecodeStage::choose_threads() const {
  if (selection_.rule == SelectionRule::at) return 1;
  if (n_threads_ > 0) return static_cast<int>(n_threads_);
  return static_cast<int>(std::min(1 + context_.n_spare_workers(), kMaxThreads));
}

Generator<Item> DecodeStage::process(Item in) {
  settings_.n_threads = choose_threads();
  DecodeSession session(context_, in, {settings_, selection_, form_, is_rotated_});
  const bool gives_all = selection_.is_everything();
  origins_ =
      FrameOrigins(session.container(), is_rotated_, gives_all ? in.payload() : PayloadRef());
  Progress progress{.sound = SoundMaker(sound_form_)};
  while (PayloadRef payload = next_payload(session, progress)) {
    Item out = in.with(std::move(payload));
    co_yield out;
  }
  report(session.damage(), progress);
}

PayloadRef DecodeStage::next_payload(DecodeSession& session, Progress& progress) {
  return session.work([&]() -> PayloadRef {
    while (true) {
      if (AvFramePtr sound = progress.sound.next()) return payload_of_sound(std::move(sound));
      Decoded decoded = session.next();
      if (!decoded.frame) break;
      const bool is_broken = Decoder::is_broken(*decoded.frame);
      if (is_broken && on_corrupt_ == OnCorrupt::skip) {
        ++progress.n_left_out;
        continue;
      }
      ++progress.n_given;
      progress.n_given_broken += is_broken;
      origins_.attach_to(*decoded.frame, *decoded.stream);
      if (!is_sound(decoded)) return to_picture(std::move(decoded), session.placement());
      const AVRational time_base = decoded.stream->time_base;
      if (!sound_form_.is_any()) return wrap_audio_frame(std::move(decoded.frame), time_base);
      progress.sound.push(std::move(decoded.frame), time_base);
    }
    progress.sound.end();
    return payload_of_sound(progress.sound.next());
  });
}

PayloadRef DecodeStage::to_picture(Decoded decoded, const std::optional<Placement>& placement) {
  const AVStream& stream = *decoded.stream;
  AvFramePtr frame = std::move(decoded.frame);
  if (is_rotated_) frame = rotator_.apply(std::move(frame), stream);
  if (placement) {
    frame = maker_.make(*frame, *placement);
  } else if (form_.is_any()) {
    frame = maker_.make(*frame);
  }
  return wrap_video_frame(std::move(frame), stream.time_base);
}

void DecodeStage::report(const Damage& damage, const Progress& progress) const {
  if (progress.n_given == 0 && !selection_.is_everything() && !damage.is_any()) {
    throw std::runtime_error("no frame of the input is among those that were asked for");
  }
  if (progress.n_given == 0) throw std::runtime_error(no_frame_text(damage));
  const int n_broken = progress.n_given_broken + progress.n_left_out;
  if (!damage.is_any() && n_broken == 0) return;
  // A seek away from the damage forgets it; the frames that it made broken are counted here.
  std::string text = damage.is_any()
                         ? damage.text()
                         : "the input is damaged: " + counted(n_broken, "frame") + " with errors";
  if (progress.n_left_out) text += "; " + counted(progress.n_left_out, "frame") + " left out";
  // What lies elsewhere does not matter to a place whose frame is whole.
  const bool matters = selection_.rule != SelectionRule::at || progress.n_given_broken > 0;
  if (on_corrupt_ == OnCorrupt::fail && matters) throw std::runtime_error(text);
  context_.log().warn(text);
}

}  // namespace capstan::ffmpeg
