#include "exif.hpp"

#include <cstring>

extern "C" {
#include <libavutil/display.h>
}

namespace capstan::ffmpeg {

namespace {

constexpr char kSignature[] = {'E', 'x', 'i', 'f', 0, 0};
constexpr std::size_t kEntryBytes = 12;
constexpr unsigned kOrientationTag = 0x0112;
constexpr unsigned kShort = 3, kLong = 4;

/// TIFF's numbers, in the byte order that its header states. What lies behind the end reads as 0.
class TiffReader {
 public:
  TiffReader(const std::uint8_t* bytes, std::size_t n_bytes) : bytes_(bytes), n_bytes_(n_bytes) {
    is_little_endian_ = n_bytes >= 2 && bytes[0] == 'I';
  }
  unsigned u8(std::size_t at) const { return at < n_bytes_ ? bytes_[at] : 0; }
  unsigned u16(std::size_t at) const {
    return is_little_endian_ ? u8(at + 1) << 8U | u8(at) : u8(at) << 8U | u8(at + 1);
  }
  unsigned u32(std::size_t at) const {
    return is_little_endian_ ? u16(at + 2) << 16U | u16(at) : u16(at) << 16U | u16(at + 2);
  }

 private:
  const std::uint8_t* bytes_;
  std::size_t n_bytes_;
  bool is_little_endian_;
};

}  // namespace

int exif_orientation(const std::uint8_t* bytes, std::size_t n_bytes) {
  if (n_bytes < sizeof(kSignature) || std::memcmp(bytes, kSignature, sizeof(kSignature)) != 0) {
    return 1;
  }
  const TiffReader tiff(bytes + sizeof(kSignature), n_bytes - sizeof(kSignature));
  if (tiff.u16(2) != 42) return 1;
  const std::size_t directory = tiff.u32(4);
  const std::size_t n_entries = tiff.u16(directory);
  for (std::size_t i = 0; i < n_entries; ++i) {
    const std::size_t entry = directory + 2 + i * kEntryBytes;
    if (tiff.u16(entry) != kOrientationTag) continue;
    const unsigned type = tiff.u16(entry + 2);
    if (tiff.u32(entry + 4) != 1 || (type != kShort && type != kLong)) return 1;
    const unsigned value = type == kShort ? tiff.u16(entry + 8) : tiff.u32(entry + 8);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

int jpeg_orientation(const std::uint8_t* bytes, std::size_t n_bytes) {
  constexpr unsigned kApp1 = 0xE1, kScan = 0xDA;
  // Behind the SOI marker: segments of a marker, a length that counts itself, and a body.
  for (std::size_t at = 2; at + 4 <= n_bytes && bytes[at] == 0xFF && bytes[at + 1] != kScan;) {
    const std::size_t length = std::size_t{bytes[at + 2]} << 8U | bytes[at + 3];
    const std::size_t end = at + 2 + length;
    if (length < 2 || end > n_bytes) break;
    if (bytes[at + 1] == kApp1) {
      const int orientation = exif_orientation(bytes + at + 4, length - 2);
      if (orientation != 1) return orientation;
    }
    at = end;
  }
  return 1;
}

void set_orientation(AVFrame& frame, int orientation) {
  if (orientation < 2 || orientation > 8) return;
  AVFrameSideData* data = require(
      av_frame_new_side_data(&frame, AV_FRAME_DATA_DISPLAYMATRIX, 9 * sizeof(std::int32_t)));
  auto* matrix = reinterpret_cast<std::int32_t*>(data->data);
  constexpr double kDegrees[] = {0, 0, 0, 180, 180, 90, 90, -90, -90};
  av_display_rotation_set(matrix, kDegrees[orientation]);
  const bool is_mirrored =
      orientation == 2 || orientation == 4 || orientation == 5 || orientation == 7;
  if (is_mirrored) av_display_matrix_flip(matrix, 1, 0);
}

}  // namespace capstan::ffmpeg
