#include <vector>

extern "C" {
#include <libavutil/opt.h>
}

#include "../av/av_error.hpp"
#include "encoder.hpp"
#include "scaler.hpp"

namespace capstan::ffmpeg {

namespace {

/// What sets one libavcodec image encoder apart from another.
struct ImageCodec {
  const char* name;  ///< libavcodec's
  const char* media_type;
  int max_side;
  std::vector<AVPixelFormat> formats;  ///< to choose from, AV_PIX_FMT_NONE at the end
  int quality;                         ///< 0: has none
};

/// Images through libavcodec. A codec context encodes one picture: opening one costs little beside
/// compressing, and an encoder that saw its end takes no more.
class AvEncoder final : public Encoder {
 public:
  explicit AvEncoder(ImageCodec codec)
      : about_(std::move(codec)), codec_(avcodec_find_encoder_by_name(about_.name)) {
    if (!codec_) {
      throw std::runtime_error(std::string("this FFmpeg was built without ") + about_.name);
    }
  }
  const char* media_type() const noexcept override { return about_.media_type; }
  int max_side() const noexcept override { return about_.max_side; }

  Buffer encode(const AVFrame& picture) override {
    const AvFramePtr converted = scaler_.convert(picture, target_for(picture));
    const AvCodecContextPtr context = open(*converted);
    AvPacketPtr packet = make_av_packet();
    const std::string what = std::string("the picture could not be encoded by ") + about_.name;
    check(avcodec_send_frame(context.get(), converted.get()), what.c_str());
    avcodec_send_frame(context.get(), nullptr);
    check(avcodec_receive_packet(context.get(), packet.get()), what.c_str());
    AVPacket* raw = packet.release();
    return Buffer::adopt(
        raw->data, static_cast<std::size_t>(raw->size),
        [](void* opaque) noexcept { AvPacketDeleter()(static_cast<AVPacket*>(opaque)); }, raw);
  }

 private:
  ScaleTarget target_for(const AVFrame& picture) const {
    const auto own = static_cast<AVPixelFormat>(picture.format);
    const AVPixFmtDescriptor& about = *av_pix_fmt_desc_get(own);
    const bool has_alpha = (about.flags & AV_PIX_FMT_FLAG_ALPHA) != 0;
    ScaleTarget target;
    target.width = picture.width;
    target.height = picture.height;
    target.format =
        avcodec_find_best_pix_fmt_of_list(about_.formats.data(), own, has_alpha ? 1 : 0, nullptr);
    if ((av_pix_fmt_desc_get(target.format)->flags & AV_PIX_FMT_FLAG_RGB) == 0) {
      // WebP, like JFIF, knows one matrix; grey PNG has no limited range.
      const bool is_grey = av_pix_fmt_desc_get(target.format)->nb_components < 3;
      target.matrix = AVCOL_SPC_BT470BG;
      target.range = is_grey ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
    }
    return target;
  }

  AvCodecContextPtr open(const AVFrame& picture) const {
    AvCodecContextPtr context(require(avcodec_alloc_context3(codec_)));
    context->width = picture.width;
    context->height = picture.height;
    context->pix_fmt = static_cast<AVPixelFormat>(picture.format);
    context->time_base = {1, 25};  // required, and unused by a still image
    context->thread_count = 1;
    context->color_range = picture.color_range;
    context->colorspace = picture.colorspace;
    if (about_.quality) av_opt_set_double(context->priv_data, "quality", about_.quality, 0);
    check(avcodec_open2(context.get(), codec_, nullptr), "the image encoder did not open");
    return context;
  }

  ImageCodec about_;
  const AVCodec* codec_;
  Scaler scaler_;
};

}  // namespace

std::unique_ptr<Encoder> make_png_encoder() {
  return std::make_unique<AvEncoder>(
      ImageCodec{"png",
                 "image/png",
                 INT32_MAX,
                 {AV_PIX_FMT_RGB24, AV_PIX_FMT_RGBA, AV_PIX_FMT_RGB48BE, AV_PIX_FMT_RGBA64BE,
                  AV_PIX_FMT_GRAY8, AV_PIX_FMT_YA8, AV_PIX_FMT_GRAY16BE, AV_PIX_FMT_YA16BE,
                  AV_PIX_FMT_MONOBLACK, AV_PIX_FMT_NONE},
                 0});
}

std::unique_ptr<Encoder> make_webp_encoder(int quality) {
  return std::make_unique<AvEncoder>(
      ImageCodec{"libwebp",
                 "image/webp",
                 16383,
                 {AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUVA420P, AV_PIX_FMT_RGB32, AV_PIX_FMT_NONE},
                 quality});
}

}  // namespace capstan::ffmpeg
