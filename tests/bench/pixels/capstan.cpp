// The subject `capstan`: the scaler of the FFmpeg plugin.
//
//   pixels_capstan --case 1080p|480p|240p --items N [--variant KERNELS]
#include "bench/pixels/frame.hpp"
#include "pixels/resizer.hpp"

namespace bench {
namespace {

namespace pixels = capstan::ffmpeg::pixels;

const pixels::Kernels& kernels_of(const std::string& name) {
  if (name.empty()) return pixels::best_kernels();
  for (const pixels::Kernels* kernels : pixels::available_kernels()) {
    if (kernels->name == name) return *kernels;
  }
  throw std::invalid_argument("this processor has no " + name);
}

void run(const Arguments& arguments) {
  pixels::Resizer resizer(kernels_of(arguments.variant));
  FrameView view;
  measure(arguments, [&](const Picture& picture, std::uint8_t* out) {
    pixels::RgbTarget target;
    target.width = target.height = kOutSide;
    target.data = out;
    target.row_stride = 3 * kOutSide;
    resizer.to_rgb(view.of(picture), {0, 0, picture.width, picture.height}, target);
  });
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) { return bench::run_subject(argc, argv, bench::run); }
