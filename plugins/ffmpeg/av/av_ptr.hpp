// Owners of libav* objects: one deleter and one alias per C type. AvFramePtr is the SDK bridge's.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
}

#include <capstan/sdk/ffmpeg.hpp>

namespace capstan::ffmpeg {

struct AvPacketDeleter {
  void operator()(AVPacket* packet) const noexcept { av_packet_free(&packet); }
};
using AvPacketPtr = std::unique_ptr<AVPacket, AvPacketDeleter>;

struct AvCodecContextDeleter {
  void operator()(AVCodecContext* context) const noexcept { avcodec_free_context(&context); }
};
using AvCodecContextPtr = std::unique_ptr<AVCodecContext, AvCodecContextDeleter>;

struct AvFormatContextDeleter {
  void operator()(AVFormatContext* context) const noexcept { avformat_close_input(&context); }
};
using AvFormatContextPtr = std::unique_ptr<AVFormatContext, AvFormatContextDeleter>;

/// A format context that was not opened yet: opening takes it over.
struct AvUnopenedContextDeleter {
  void operator()(AVFormatContext* context) const noexcept { avformat_free_context(context); }
};
using AvUnopenedContextPtr = std::unique_ptr<AVFormatContext, AvUnopenedContextDeleter>;

/// An I/O context with a buffer of its own, as avio_alloc_context makes it.
struct AvIoContextDeleter {
  void operator()(AVIOContext* context) const noexcept {
    av_freep(&context->buffer);
    avio_context_free(&context);
  }
};
using AvIoContextPtr = std::unique_ptr<AVIOContext, AvIoContextDeleter>;

/// Memory that grows as it is written to, as avio_open_dyn_buf makes it.
struct AvDynamicIoDeleter {
  void operator()(AVIOContext* context) const noexcept {
    std::uint8_t* bytes = nullptr;
    avio_close_dyn_buf(context, &bytes);
    av_free(bytes);
  }
};
using AvDynamicIoPtr = std::unique_ptr<AVIOContext, AvDynamicIoDeleter>;

struct SwsContextDeleter {
  void operator()(SwsContext* context) const noexcept { sws_freeContext(context); }
};
using SwsContextPtr = std::unique_ptr<SwsContext, SwsContextDeleter>;

struct SwrContextDeleter {
  void operator()(SwrContext* context) const noexcept { swr_free(&context); }
};
using SwrContextPtr = std::unique_ptr<SwrContext, SwrContextDeleter>;

/// The pointer, unless it is null: then out of memory, which is all that FFmpeg's allocating
/// functions mean by it.
template <class T>
T* require(T* object) {
  if (!object) throw std::bad_alloc();
  return object;
}

inline AvPacketPtr make_av_packet() { return AvPacketPtr(require(av_packet_alloc())); }

}  // namespace capstan::ffmpeg
