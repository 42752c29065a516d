#include "frame_origin.hpp"

#include <cstring>

namespace capstan::ffmpeg {

namespace {

// AVFrame::opaque_ref is anybody's: this tells our content from others'.
constexpr std::uint64_t kMark = 0x6361'7073'7461'6e21;

struct Tag {
  std::uint64_t mark = kMark;
  const FrameOrigin* origin = nullptr;
};

void release_tag(void*, std::uint8_t* data) {
  auto* tag = reinterpret_cast<Tag*>(data);
  tag->origin->release();
  delete tag;
}

}  // namespace

void attach_origin(AVFrame& frame, const Ref<const FrameOrigin>& origin) {
  auto tag = std::make_unique<Tag>();
  tag->origin = origin.get();
  auto* data = reinterpret_cast<std::uint8_t*>(tag.get());
  AVBufferRef* buffer =
      require(av_buffer_create(data, sizeof(Tag), release_tag, nullptr, AV_BUFFER_FLAG_READONLY));
  origin->retain();
  static_cast<void>(tag.release());
  av_buffer_unref(&frame.opaque_ref);
  frame.opaque_ref = buffer;
}

Ref<const FrameOrigin> origin_of(const AVFrame& frame) {
  if (!frame.opaque_ref || frame.opaque_ref->size != sizeof(Tag)) return {};
  Tag tag;
  std::memcpy(&tag, frame.opaque_ref->data, sizeof(tag));
  return tag.mark == kMark ? Ref<const FrameOrigin>(tag.origin) : Ref<const FrameOrigin>();
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

FrameOrigins::FrameOrigins(const AVFormatContext& context, bool is_upright) {
  const auto source = describe_source(context);
  for (unsigned i = 0; i < context.nb_streams; ++i) {
    const AVStream& stream = *context.streams[i];
    origins_.emplace_back();
    if (stream.discard == AVDISCARD_ALL) continue;
    auto origin = make_ref<FrameOrigin>();
    origin->traits = traits_of(stream);
    if (is_upright) origin->traits.display_matrix.clear();
    origin->source = source;
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
