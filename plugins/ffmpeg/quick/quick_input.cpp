#include "quick_input.hpp"

#include <cstring>

#include "quick_jpeg.hpp"
#include "quick_wav.hpp"

namespace capstan::ffmpeg {

QuickInput::QuickInput(AVMediaType type, AVRational time_base)
    : container_(require(avformat_alloc_context())) {
  AVStream& stream = *require(avformat_new_stream(container_.get(), nullptr));
  stream.codecpar->codec_type = type;
  stream.time_base = time_base;
}

std::unique_ptr<QuickInput> open_quickly(const InputSource& source, const Request& request,
                                         const std::function<bool()>& is_cancelled) {
  const bool may_be_jpeg = QuickJpeg::suits(request), may_be_wav = QuickWav::suits(request);
  if (source.is_url() || (!may_be_jpeg && !may_be_wav)) return nullptr;
  if (source.size_bytes() > request.settings.limits.max_bytes) return nullptr;
  auto bytes = std::make_unique<InputBytes>(source);
  char start[4];
  if (!bytes->read(0, start, sizeof(start))) return nullptr;
  if (may_be_jpeg && std::memcmp(start, "\xFF\xD8\xFF", 3) == 0) {
    return QuickJpeg::open(*bytes, request, is_cancelled);
  }
  if (may_be_wav && std::memcmp(start, "RIFF", 4) == 0) {
    return QuickWav::open(std::move(bytes), request.settings.limits, is_cancelled);
  }
  return nullptr;
}

}  // namespace capstan::ffmpeg
