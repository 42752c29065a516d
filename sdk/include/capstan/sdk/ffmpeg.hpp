// The opt-in bridge to FFmpeg: frames of libav* in and out of payloads, without copying pixels.
//
// Header-only, since the SDK's library does not link FFmpeg: who includes this links libavutil.
//
// Ownership: a wrapped frame belongs to the payload from then on; `to_av_frame` gives a counted
// reference of the caller's own, which keeps the payload alive as long as it must.
// Threads: any, as for payloads.
//
// A stage that changes `planes`, `format` or the size of a payload must reset its `native`: the
// frame behind it would tell another story. The other fields may change freely.
#pragma once

#include <cstdint>  // first: libavutil asks for its UINT64_C

extern "C" {
#include <libavutil/avutil.h>
#include <libavutil/buffer.h>
#include <libavutil/channel_layout.h>
#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>
#include <libavutil/samplefmt.h>
}

#include <algorithm>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

#include <capstan/sdk/media.hpp>

CAPSTAN_BEGIN_NAMESPACE

struct AvFrameDeleter {
  void operator()(AVFrame* frame) const noexcept { av_frame_free(&frame); }
};
using AvFramePtr = std::unique_ptr<AVFrame, AvFrameDeleter>;

/// An empty frame. Throws std::bad_alloc.
inline AvFramePtr make_av_frame() {
  AvFramePtr frame(av_frame_alloc());
  if (!frame) throw std::bad_alloc();
  return frame;
}

namespace detail {

inline bool is_key_frame(const AVFrame& frame) noexcept {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 7, 100)
  return (frame.flags & AV_FRAME_FLAG_KEY) != 0;
#else
  return frame.key_frame != 0;
#endif
}

inline void set_key_frame(AVFrame& frame, bool is_key) noexcept {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 7, 100)
  frame.flags = is_key ? frame.flags | AV_FRAME_FLAG_KEY : frame.flags & ~AV_FRAME_FLAG_KEY;
#else
  frame.key_frame = is_key ? 1 : 0;
#endif
}

inline std::int64_t duration_of(const AVFrame& frame) noexcept {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 100)
  return frame.duration;
#else
  return frame.pkt_duration;
#endif
}

inline void set_duration(AVFrame& frame, std::int64_t duration) noexcept {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 100)
  frame.duration = duration;
#else
  frame.pkt_duration = duration;
#endif
}

inline std::size_t n_buffer_bytes(const AVFrame& frame) noexcept {
  std::size_t n_bytes = 0;
  for (const AVBufferRef* buffer : frame.buf) n_bytes += buffer ? buffer->size : 0;
  for (int i = 0; i < frame.nb_extended_buf; ++i) n_bytes += frame.extended_buf[i]->size;
  return n_bytes;
}

/// A buffer that views the frame's first plane and frees the frame.
inline Buffer adopt_frame(AvFramePtr frame, std::size_t n_bytes) {
  AVFrame* raw = frame.get();
  Buffer owner = Buffer::adopt(
      raw->data[0], n_bytes,
      [](void* opaque) noexcept { AvFrameDeleter()(static_cast<AVFrame*>(opaque)); }, raw);
  static_cast<void>(frame.release());
  return owner;
}

inline void require_counted(const AVFrame& frame) {
  if (!frame.buf[0]) throw std::invalid_argument("the AVFrame's memory is not counted");
}

}  // namespace detail

/// The picture as a payload that views the frame's memory. `time_base` is the unit of its pts.
/// The memory may still be read by its decoder: it is for reading.
inline Ref<VideoFrame> wrap_video_frame(AvFramePtr frame, AVRational time_base) {
  detail::require_counted(*frame);
  const char* format = av_get_pix_fmt_name(static_cast<AVPixelFormat>(frame->format));
  if (!format) throw std::invalid_argument("the AVFrame has no pixel format");
  auto picture = make_ref<VideoFrame>();
  picture->format = FormatName(format);
  picture->width = frame->width;
  picture->height = frame->height;
  for (std::size_t i = 0; i < picture->planes.size(); ++i) {
    picture->planes[i].data = reinterpret_cast<std::byte*>(frame->data[i]);
    picture->planes[i].stride = frame->linesize[i];
  }
  picture->pts = frame->pts;
  picture->duration = detail::duration_of(*frame);
  picture->time_base = {time_base.num, time_base.den};
  picture->sample_aspect_ratio = {frame->sample_aspect_ratio.num,
                                  std::max(frame->sample_aspect_ratio.den, 1)};
  picture->color.primaries = static_cast<std::uint8_t>(frame->color_primaries);
  picture->color.transfer = static_cast<std::uint8_t>(frame->color_trc);
  picture->color.matrix = static_cast<std::uint8_t>(frame->colorspace);
  picture->color.is_full_range = frame->color_range == AVCOL_RANGE_JPEG;
  picture->is_keyframe = detail::is_key_frame(*frame);
  picture->memory_bytes = detail::n_buffer_bytes(*frame);
  // A decoder may still predict from the picture it has given.
  picture->is_read_only = av_frame_is_writable(frame.get()) <= 0;
  picture->native = frame.get();
  picture->native_avutil_major = LIBAVUTIL_VERSION_MAJOR;
  picture->owner = detail::adopt_frame(std::move(frame), picture->memory_bytes);
  return picture;
}

namespace detail {

inline void describe_channels(const AVFrame& frame, AudioFrame& samples) {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 24, 100)
  samples.n_channels = frame.ch_layout.nb_channels;
  char name[128];
  if (frame.ch_layout.order != AV_CHANNEL_ORDER_UNSPEC &&
      av_channel_layout_describe(&frame.ch_layout, name, sizeof(name)) > 0) {
    samples.channel_layout = name;
  }
#else
#error "Capstan's bridge needs FFmpeg 5.1 or newer"
#endif
}

inline int n_planes(const AVFrame& frame) {
  const auto format = static_cast<AVSampleFormat>(frame.format);
  return av_sample_fmt_is_planar(format) ? frame.ch_layout.nb_channels : 1;
}

}  // namespace detail

/// The samples as a payload that views the frame's memory.
inline Ref<AudioFrame> wrap_audio_frame(AvFramePtr frame, AVRational time_base) {
  detail::require_counted(*frame);
  const char* format = av_get_sample_fmt_name(static_cast<AVSampleFormat>(frame->format));
  if (!format) throw std::invalid_argument("the AVFrame has no sample format");
  auto samples = make_ref<AudioFrame>();
  samples->format = FormatName(format);
  samples->sample_rate = frame->sample_rate;
  samples->n_samples = frame->nb_samples;
  detail::describe_channels(*frame, *samples);
  for (int i = 0; i < detail::n_planes(*frame); ++i) {
    samples->planes.push_back(reinterpret_cast<std::byte*>(frame->extended_data[i]));
  }
  samples->pts = frame->pts;
  samples->time_base = {time_base.num, time_base.den};
  samples->memory_bytes = detail::n_buffer_bytes(*frame);
  samples->is_read_only = av_frame_is_writable(frame.get()) <= 0;
  samples->native = frame.get();
  samples->native_avutil_major = LIBAVUTIL_VERSION_MAJOR;
  samples->owner = detail::adopt_frame(std::move(frame), samples->memory_bytes);
  return samples;
}

namespace detail {

/// A counted view of one plane that keeps the payload alive. Read-only, so that libav* copies
/// before it writes.
inline AVBufferRef* view_plane(const Payload& payload, std::byte* data, std::size_t n_bytes) {
  auto release = [](void* opaque, std::uint8_t*) { static_cast<Payload*>(opaque)->release(); };
  payload.retain();
  AVBufferRef* buffer = av_buffer_create(reinterpret_cast<std::uint8_t*>(data), n_bytes, release,
                                         const_cast<Payload*>(&payload), AV_BUFFER_FLAG_READONLY);
  if (!buffer) {
    payload.release();
    throw std::bad_alloc();
  }
  return buffer;
}

inline AvFramePtr reference_native(const void* native) {
  AvFramePtr frame(av_frame_clone(static_cast<const AVFrame*>(native)));
  if (!frame) throw std::bad_alloc();
  return frame;
}

inline AvFramePtr view_planes(const VideoFrame& picture) {
  const AVPixelFormat format = av_get_pix_fmt(picture.format.c_str());
  const AVPixFmtDescriptor* about = av_pix_fmt_desc_get(format);
  if (!about)
    throw std::invalid_argument("unknown pixel format " + std::string(picture.format.view()));
  AvFramePtr frame = make_av_frame();
  frame->format = format;
  frame->width = picture.width;
  frame->height = picture.height;
  for (std::size_t i = 0; i < picture.planes.size() && picture.planes[i].data; ++i) {
    const Plane& plane = picture.planes[i];
    const bool is_palette = i == 1 && (about->flags & AV_PIX_FMT_FLAG_PAL) != 0;
    const int shift = i == 1 || i == 2 ? about->log2_chroma_h : 0;
    const std::int64_t n_rows = AV_CEIL_RSHIFT(picture.height, shift);
    // A negative stride starts at the last row in memory.
    const std::int64_t span = is_palette ? AVPALETTE_SIZE : std::abs(plane.stride) * n_rows;
    std::byte* first = plane.stride < 0 ? plane.data + plane.stride * (n_rows - 1) : plane.data;
    frame->buf[i] = view_plane(picture, first, static_cast<std::size_t>(span));
    frame->data[i] = reinterpret_cast<std::uint8_t*>(plane.data);
    frame->linesize[i] = static_cast<int>(plane.stride);
  }
  return frame;
}

inline bool has_native(const void* native, unsigned avutil_major) noexcept {
  return native && avutil_major == LIBAVUTIL_VERSION_MAJOR;
}

}  // namespace detail

/// The picture as a libav frame: a reference to the one it came from where this libavutil can
/// read it, else a view of its planes. Nothing is copied; write only after
/// av_frame_make_writable().
inline AvFramePtr to_av_frame(const VideoFrame& picture) {
  AvFramePtr frame = detail::has_native(picture.native, picture.native_avutil_major)
                         ? detail::reference_native(picture.native)
                         : detail::view_planes(picture);
  frame->pts = picture.pts;
  detail::set_duration(*frame, picture.duration);
  detail::set_key_frame(*frame, picture.is_keyframe);
  frame->time_base = {static_cast<int>(picture.time_base.num),
                      static_cast<int>(picture.time_base.den)};
  frame->sample_aspect_ratio = {static_cast<int>(picture.sample_aspect_ratio.num),
                                static_cast<int>(picture.sample_aspect_ratio.den)};
  frame->color_primaries = static_cast<AVColorPrimaries>(picture.color.primaries);
  frame->color_trc = static_cast<AVColorTransferCharacteristic>(picture.color.transfer);
  frame->colorspace = static_cast<AVColorSpace>(picture.color.matrix);
  if (picture.color.is_full_range) {
    frame->color_range = AVCOL_RANGE_JPEG;
  } else if (frame->color_range == AVCOL_RANGE_JPEG) {
    frame->color_range = AVCOL_RANGE_MPEG;
  }
  return frame;
}

/// The samples as a libav frame, likewise.
inline AvFramePtr to_av_frame(const AudioFrame& samples) {
  AvFramePtr frame;
  if (detail::has_native(samples.native, samples.native_avutil_major)) {
    frame = detail::reference_native(samples.native);
  } else {
    const AVSampleFormat format = av_get_sample_fmt(samples.format.c_str());
    if (samples.planes.size() > AV_NUM_DATA_POINTERS) {
      throw std::invalid_argument("audio with more than 8 planes and no libav frame");
    }
    frame = make_av_frame();
    frame->format = format;
    frame->sample_rate = samples.sample_rate;
    frame->nb_samples = samples.n_samples;
    if (av_channel_layout_from_string(&frame->ch_layout, samples.channel_layout.c_str()) < 0 ||
        frame->ch_layout.nb_channels != samples.n_channels) {
      av_channel_layout_uninit(&frame->ch_layout);
      frame->ch_layout.order = AV_CHANNEL_ORDER_UNSPEC;
      frame->ch_layout.nb_channels = samples.n_channels;
    }
    const int n_bytes = av_samples_get_buffer_size(
        nullptr, av_sample_fmt_is_planar(format) ? 1 : samples.n_channels, samples.n_samples,
        format, 1);
    if (n_bytes < 0) throw std::invalid_argument("audio of an unknown format or size");
    for (std::size_t i = 0; i < samples.planes.size(); ++i) {
      frame->buf[i] =
          detail::view_plane(samples, samples.planes[i], static_cast<std::size_t>(n_bytes));
      frame->data[i] = reinterpret_cast<std::uint8_t*>(samples.planes[i]);
    }
    frame->linesize[0] = n_bytes;
    frame->extended_data = frame->data;
  }
  frame->pts = samples.pts;
  frame->time_base = {static_cast<int>(samples.time_base.num),
                      static_cast<int>(samples.time_base.den)};
  return frame;
}

CAPSTAN_END_NAMESPACE
