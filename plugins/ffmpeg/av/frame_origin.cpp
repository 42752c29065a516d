#include "frame_origin.hpp"

namespace capstan::ffmpeg {

namespace {

void release_origin(void*, std::uint8_t* data) {
  reinterpret_cast<const FrameOrigin*>(data)->release();
}

}  // namespace

void attach_origin(AVFrame& frame, const Ref<const FrameOrigin>& origin) {
  auto* data = reinterpret_cast<std::uint8_t*>(const_cast<FrameOrigin*>(origin.get()));
  AVBufferRef* buffer = require(av_buffer_create(data, sizeof(FrameOrigin), release_origin, nullptr,
                                                 AV_BUFFER_FLAG_READONLY));
  origin->retain();
  av_buffer_unref(&frame.opaque_ref);
  frame.opaque_ref = buffer;
}

Ref<const FrameOrigin> origin_of(const AVFrame& frame) {
  if (!frame.opaque_ref || frame.opaque_ref->size != sizeof(FrameOrigin)) return {};
  const auto* origin = reinterpret_cast<const FrameOrigin*>(frame.opaque_ref->data);
  return Ref<const FrameOrigin>(origin->mark == FrameOrigin::kMark ? origin : nullptr);
}

namespace {

bool is_read(const AVFormatContext& context, AVMediaType kind) {
  for (unsigned i = 0; i < context.nb_streams; ++i) {
    const AVStream& stream = *context.streams[i];
    if (stream.codecpar->codec_type == kind && stream.discard != AVDISCARD_ALL) return true;
  }
  return false;
}

}  // namespace

FrameOrigins::FrameOrigins(const AVFormatContext& context, bool is_upright,
                           const PayloadRef& input) {
  const auto source = describe_source(context);
  for (unsigned i = 0; i < context.nb_streams; ++i) {
    const AVStream& stream = *context.streams[i];
    origins_.emplace_back();
    if (stream.discard == AVDISCARD_ALL) continue;
    auto origin = make_ref<FrameOrigin>();
    origin->traits = traits_of(stream);
    if (is_upright) origin->traits.display_matrix.clear();
    origin->source = source;
    origin->input = input;
    origin->has_video = is_read(context, AVMEDIA_TYPE_VIDEO);
    origin->has_audio = is_read(context, AVMEDIA_TYPE_AUDIO);
    origins_.back() = Ref<const FrameOrigin>(origin);
  }
}

void FrameOrigins::attach_to(AVFrame& frame, const AVStream& stream) const {
  const auto index = static_cast<std::size_t>(stream.index);
  if (index < origins_.size() && origins_[index]) attach_origin(frame, origins_[index]);
}

}  // namespace capstan::ffmpeg
