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

}  // namespace capstan::ffmpeg
