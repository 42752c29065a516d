// JPEGs straight through libjpeg-turbo: to planes as they are stored, smaller or in part.
//
// It takes the pictures that there are many of, and only when they are whole. For everything else
// (CMYK, RGB, 12 bit, lossless, odd subsampling, damage of any kind) it gives nothing, and the
// general way decides what to make of them: so nothing changes but the time it takes.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "../av/av_ptr.hpp"
#include "../pixels/geometry.hpp"

#include <capstan/sdk/options.hpp>

namespace capstan::ffmpeg {

/// A part of a picture, in pixels of its full size.
struct JpegArea {
  int left = 0, top = 0, width = 0, height = 0;
};

/// What a JPEG's header says of it.
struct JpegHeader {
  int width = 0;
  int height = 0;
  AVPixelFormat format = AV_PIX_FMT_NONE;  ///< of the full size
  int orientation = 1;                     ///< EXIF's, 1 to 8
  AVRational pixel_shape{0, 1};            ///< by JFIF's density; 0/1: it does not say
};

/// A picture, and the part of the whole that it shows.
struct JpegPicture {
  AvFramePtr frame;
  JpegArea area;
};

/// Decodes JPEGs one after the other. Home: one worker at a time. What libjpeg allocated stays
/// until the next is opened.
class JpegReader {
 public:
  /// `is_cancelled` is asked once a row of blocks; then the picture is not finished.
  explicit JpegReader(std::function<bool()> is_cancelled);
  ~JpegReader();
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  /// Reads the header of a picture, which stays in memory until decode() is done or another is
  /// opened. Nothing: not one for this reader.
  std::optional<JpegHeader> open(const std::uint8_t* bytes, std::size_t n_bytes);

  /// Decodes the picture that was opened, once. `denominator` 1, 2, 4 or 8 makes each side that
  /// much smaller, rounded up. With an `area`, which must lie in the picture, rows outside are not
  /// decoded and the picture is cut to it, widened to where whole blocks of colour begin. Chroma
  /// comes at a higher resolution when that costs nothing, so `format` may differ from the
  /// header's. The frame has a display matrix when the orientation is not 1, and no time. Nothing
  /// when libjpeg found anything wrong with it; warning() says what.
  std::optional<JpegPicture> decode(int denominator, std::optional<JpegArea> area);

  /// What libjpeg said first; empty when all was well.
  const char* warning() const noexcept;

 private:
  struct Decompressor;
  std::unique_ptr<Decompressor> decompressor_;
};

/// The denominator for a part that is made smaller anyway: the largest that leaves both sides at
/// least kJpegMargin times what is wanted, so that the scaler behind decides how it looks, and that
/// divides sides and place: else a rounded-up side would stretch the picture by up to a pixel,
/// which costs more quality than all else (32 dB instead of 45).
int jpeg_denominator(const pixels::Rect& part, Dimensions wanted) noexcept;

/// Measured on 129 photographs against scaling the full size: 50 dB on average and never below 40
/// with 2, 54 and 48 with 3, 46 and 35 with 1.25.
inline constexpr int kJpegMargin = 2;

}  // namespace capstan::ffmpeg
