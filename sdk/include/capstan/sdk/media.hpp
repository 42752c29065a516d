// Decoded media: video frames, audio frames, tensors. No third-party type; `ffmpeg.hpp` is the
// opt-in bridge to libav*.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <capstan/sdk/payload.hpp>

CAPSTAN_BEGIN_NAMESPACE

/// An exact fraction, such as a time base of 1/90000 seconds. `den` is never 0 in a valid value.
struct Rational {
  std::int64_t num = 0;
  std::int64_t den = 1;
  double value() const noexcept { return static_cast<double>(num) / static_cast<double>(den); }
  friend bool operator==(const Rational&, const Rational&) = default;
};

/// "No timestamp"; the same value as libav's AV_NOPTS_VALUE.
inline constexpr std::int64_t kNoTimestamp = INT64_MIN;

/// Name of a pixel or sample format as FFmpeg spells it ("yuv420p", "rgb24", "fltp"). A name is
/// stable where libav's enum values are not.
class FormatName {
 public:
  constexpr FormatName() = default;
  constexpr FormatName(std::string_view name) {  // NOLINT: a format is its name
    const std::size_t n = name.size() < sizeof(text_) - 1 ? name.size() : sizeof(text_) - 1;
    for (std::size_t i = 0; i < n; ++i) text_[i] = name[i];
  }
  constexpr FormatName(const char* name) : FormatName(std::string_view(name)) {}  // NOLINT
  constexpr std::string_view view() const noexcept { return text_; }
  constexpr const char* c_str() const noexcept { return text_; }
  friend bool operator==(const FormatName& a, const FormatName& b) noexcept {
    return a.view() == b.view();
  }

 private:
  char text_[24] = {};
};

/// One plane of a picture: first byte of the first row, and bytes from row to row (negative for
/// pictures stored bottom up).
struct Plane {
  std::byte* data = nullptr;
  std::int64_t stride = 0;
};

/// How sample values map to light; numbers are those of ITU-T H.273, 2 meaning unspecified.
struct ColorInfo {
  std::uint8_t primaries = 2;
  std::uint8_t transfer = 2;
  std::uint8_t matrix = 2;
  bool is_full_range = false;
};

/// One decoded picture: a view of `owner`'s memory.
class CAPSTAN_EXPORT VideoFrame final : public Payload {
 public:
  static constexpr const char* kType = "video_frame";
  VideoFrame();
  ~VideoFrame() override;
  const char* type() const noexcept override { return kType; }
  std::size_t size_bytes() const noexcept override { return memory_bytes; }
  bool is_writable() const noexcept override { return !is_read_only; }

  FormatName format;
  int width = 0;
  int height = 0;
  std::array<Plane, 4> planes{};
  std::int64_t pts = kNoTimestamp;  ///< in time_base units
  std::int64_t duration = 0;        ///< in time_base units, 0 when unknown
  Rational time_base{0, 1};
  Rational sample_aspect_ratio{0, 1};  ///< 0/1 when unknown
  ColorInfo color;
  bool is_keyframe = false;
  bool is_read_only = false;  ///< others read the planes, such as the decoder

  Buffer owner;                  ///< keeps the planes alive
  std::size_t memory_bytes = 0;  ///< what the planes occupy

  /// The libav frame behind the planes, if any, usable only by code of the same libavutil major.
  void* native = nullptr;
  unsigned native_avutil_major = 0;
};

/// A run of decoded audio samples. Planar formats have one plane a channel, packed ones one.
class CAPSTAN_EXPORT AudioFrame final : public Payload {
 public:
  static constexpr const char* kType = "audio_frame";
  AudioFrame();
  ~AudioFrame() override;
  const char* type() const noexcept override { return kType; }
  std::size_t size_bytes() const noexcept override { return memory_bytes; }
  bool is_writable() const noexcept override { return !is_read_only; }

  FormatName format;
  int sample_rate = 0;
  int n_channels = 0;
  std::string channel_layout;  ///< as FFmpeg spells it ("stereo", "5.1"); empty when unknown
  int n_samples = 0;           ///< per channel
  std::vector<std::byte*> planes;
  std::int64_t pts = kNoTimestamp;
  Rational time_base{0, 1};
  bool is_read_only = false;

  Buffer owner;
  std::size_t memory_bytes = 0;
  void* native = nullptr;
  unsigned native_avutil_major = 0;
};

/// An n-dimensional array. dtype codes, strides in elements and the read-only rule are DLPack's
/// (dlpack.h, version 1.0: kDLInt 0, kDLUInt 1, kDLFloat 2), memory is host memory.
class CAPSTAN_EXPORT Tensor final : public Payload {
 public:
  static constexpr const char* kType = "tensor";
  struct DType {
    std::uint8_t code = 1;
    std::uint8_t bits = 8;
    std::uint16_t lanes = 1;
  };
  Tensor();
  ~Tensor() override;
  const char* type() const noexcept override { return kType; }
  std::size_t size_bytes() const noexcept override { return buffer.size(); }
  bool is_writable() const noexcept override { return !is_read_only; }

  DType dtype;
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;  ///< in elements; empty means row-major and compact
  std::uint64_t byte_offset = 0;
  bool is_read_only = false;
  Buffer buffer;
};

CAPSTAN_END_NAMESPACE
