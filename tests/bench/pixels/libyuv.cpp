// The subject `libyuv`: box filter at 4:2:0, then to RGB.
#include <libyuv.h>

#include "bench/pixels/pictures.hpp"

namespace bench {
namespace {

void run(const Arguments& arguments) {
  constexpr int kHalf = kOutSide / 2;
  std::vector<std::uint8_t> y(kOutSide * kOutSide), u(kHalf * kHalf), v(kHalf * kHalf);
  measure(arguments, [&](const Picture& picture, std::uint8_t* out) {
    libyuv::I420Scale(picture.planes[0].get(), picture.strides[0], picture.planes[1].get(),
                      picture.strides[1], picture.planes[2].get(), picture.strides[2],
                      picture.width, picture.height, y.data(), kOutSide, u.data(), kHalf, v.data(),
                      kHalf, kOutSide, kOutSide, libyuv::kFilterBox);
    // What it calls RAW has red first.
    libyuv::I420ToRAW(y.data(), kOutSide, u.data(), kHalf, v.data(), kHalf, out, 3 * kOutSide,
                      kOutSide, kOutSide);
  });
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) { return bench::run_subject(argc, argv, bench::run); }
