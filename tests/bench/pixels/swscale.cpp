// The subject `swscale`: libswscale, bilinear. The variant `accurate` is as exact as Capstan's.
extern "C" {
#include <libswscale/swscale.h>
}

#include "bench/pixels/frame.hpp"

namespace bench {
namespace {

void run(const Arguments& arguments) {
  const std::vector<Picture> pictures = pictures_of(arguments.name);
  const Picture& first = pictures.front();
  int flags = SWS_BILINEAR;
  if (arguments.variant == "accurate") flags |= SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT;
  const std::unique_ptr<SwsContext, void (*)(SwsContext*)> context(
      sws_getContext(first.width, first.height, AV_PIX_FMT_YUV420P, kOutSide, kOutSide,
                     AV_PIX_FMT_RGB24, flags, nullptr, nullptr, nullptr),
      sws_freeContext);
  if (!context) throw std::runtime_error("swscale refuses");
  FrameView view;
  measure(arguments, [&](const Picture& picture, std::uint8_t* out) {
    const AVFrame& frame = view.of(picture);
    std::uint8_t* const data[4] = {out};
    const int stride[4] = {3 * kOutSide};
    sws_scale(context.get(), frame.data, frame.linesize, 0, frame.height, data, stride);
  });
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) { return bench::run_subject(argc, argv, bench::run); }
