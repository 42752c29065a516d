// Turns one picture into the bytes of an image file.
#pragma once

#include <memory>
#include <string>

#include <capstan/sdk/payload.hpp>

#include "../av/av_ptr.hpp"

namespace capstan::ffmpeg {

/// One image format. Home: one worker at a time.
class Encoder {
 public:
  virtual ~Encoder() = default;
  virtual const char* media_type() const noexcept = 0;
  /// The largest width and height that the format has room for.
  virtual int max_side() const noexcept = 0;
  /// The whole file. Throws when the picture can't be encoded.
  virtual Buffer encode(const AVFrame& picture) = 0;
};

/// `quality` 1..100 on libjpeg's scale. Colour as JFIF has it: BT.601, full range; alpha is
/// dropped.
std::unique_ptr<Encoder> make_jpeg_encoder(int quality);
/// Lossless; keeps grey, alpha and 16 bits a component.
std::unique_ptr<Encoder> make_png_encoder();
/// `quality` 1..100 on libwebp's scale; keeps alpha.
std::unique_ptr<Encoder> make_webp_encoder(int quality);

}  // namespace capstan::ffmpeg
