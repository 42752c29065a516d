#include "encode_stage.hpp"

namespace capstan::ffmpeg {

namespace {

std::unique_ptr<Encoder> make_encoder(const std::string& format, int quality) {
  if (format == "png") return make_png_encoder();
  if (format == "webp") return make_webp_encoder(quality);
  return make_jpeg_encoder(quality);
}

void check_size(const VideoFrame& picture, const Encoder& encoder) {
  if (std::max(picture.width, picture.height) <= encoder.max_side()) return;
  throw std::runtime_error("a picture of " + std::to_string(picture.width) + "x" +
                           std::to_string(picture.height) + " does not fit " +
                           encoder.media_type() + ", whose sides end at " +
                           std::to_string(encoder.max_side()));
}

}  // namespace

EncodeStage::EncodeStage(StageContext& context, const Options& options)
    : sink_(context.log()),
      encoder_(make_encoder(options.text("format"), static_cast<int>(options.integer("quality")))) {
}

Item EncodeStage::process(Item in) {
  LogScope scope(sink_);
  LogScope::clear_error();
  const VideoFrame& picture = in.get<VideoFrame>();
  check_size(picture, *encoder_);
  Buffer image = encoder_->encode(*to_av_frame(picture));
  return std::move(in).with(make_ref<Bytes>(std::move(image), encoder_->media_type()));
}

}  // namespace capstan::ffmpeg
