#include "format.hpp"

#include <algorithm>
#include <iterator>

extern "C" {
#include <libavutil/pixdesc.h>
}

namespace capstan::ffmpeg::pixels {

namespace {

constexpr Format planar(AVPixelFormat id, int shift_x, int shift_y) {
  return {id, 3, 3, false, shift_x, shift_y, {0, 1, 2}, {0, 0, 0}, {1, 1, 1}};
}
constexpr Format rgb(AVPixelFormat id, int step, bool is_blue_first) {
  const int red = is_blue_first ? 2 : 0;
  return {id, 1, 3, true, 0, 0, {0, 0, 0}, {red, 1, 2 - red}, {step, step, step}};
}

constexpr Format kFormats[] = {
    planar(AV_PIX_FMT_YUV420P, 1, 1),
    planar(AV_PIX_FMT_YUVJ420P, 1, 1),
    planar(AV_PIX_FMT_YUV422P, 1, 0),
    planar(AV_PIX_FMT_YUVJ422P, 1, 0),
    planar(AV_PIX_FMT_YUV444P, 0, 0),
    planar(AV_PIX_FMT_YUVJ444P, 0, 0),
    {AV_PIX_FMT_NV12, 2, 3, false, 1, 1, {0, 1, 1}, {0, 0, 1}, {1, 2, 2}},
    {AV_PIX_FMT_GRAY8, 1, 1, false, 0, 0, {0}, {0}, {1}},
    rgb(AV_PIX_FMT_RGB24, 3, false),
    rgb(AV_PIX_FMT_BGR24, 3, true),
    rgb(AV_PIX_FMT_RGBA, 4, false),
    rgb(AV_PIX_FMT_BGRA, 4, true),
    rgb(AV_PIX_FMT_RGB0, 4, false),
    rgb(AV_PIX_FMT_BGR0, 4, true),
};

bool is_yuvj(AVPixelFormat id) noexcept {
  return id == AV_PIX_FMT_YUVJ420P || id == AV_PIX_FMT_YUVJ422P || id == AV_PIX_FMT_YUVJ444P;
}

AVChromaLocation location_of(const AVFrame& frame) noexcept {
  if (frame.chroma_location != AVCHROMA_LOC_UNSPECIFIED) return frame.chroma_location;
  return is_full_range(frame) ? AVCHROMA_LOC_CENTER : AVCHROMA_LOC_LEFT;
}

}  // namespace

const Format* find_format(AVPixelFormat id) noexcept {
  const auto* found = std::find_if(std::begin(kFormats), std::end(kFormats),
                                   [id](const Format& format) { return format.id == id; });
  return found == std::end(kFormats) ? nullptr : found;
}

bool is_planar(const Format& format) noexcept { return format.n_planes == format.n_components; }

AVPixelFormat nearest_format(AVPixelFormat id) noexcept {
  if (find_format(id)) return id;
  AVPixelFormat best = AV_PIX_FMT_NONE;
  for (const Format& format : kFormats) {
    // The yuvj names say again what the frame's range says.
    if (is_yuvj(format.id)) continue;
    best = best == AV_PIX_FMT_NONE ? format.id
                                   : av_find_best_pix_fmt_of_2(best, format.id, id, 0, nullptr);
  }
  return best;
}

ChromaSite chroma_site(const AVFrame& frame, const Format& format) noexcept {
  const AVChromaLocation at = location_of(frame);
  const bool is_left =
      at == AVCHROMA_LOC_LEFT || at == AVCHROMA_LOC_TOPLEFT || at == AVCHROMA_LOC_BOTTOMLEFT;
  const bool is_top = at == AVCHROMA_LOC_TOP || at == AVCHROMA_LOC_TOPLEFT;
  const bool is_bottom = at == AVCHROMA_LOC_BOTTOM || at == AVCHROMA_LOC_BOTTOMLEFT;
  const double width = 1 << format.chroma_shift_x;
  const double height = 1 << format.chroma_shift_y;
  return {is_left ? 0.5 : width / 2, is_top ? 0.5 : is_bottom ? height - 0.5 : height / 2};
}

bool is_full_range(const AVFrame& frame) noexcept {
  if (frame.color_range != AVCOL_RANGE_UNSPECIFIED) return frame.color_range == AVCOL_RANGE_JPEG;
  const auto id = static_cast<AVPixelFormat>(frame.format);
  const AVPixFmtDescriptor* about = av_pix_fmt_desc_get(id);
  return is_yuvj(id) || (about && about->nb_components < 3) ||
         (about && (about->flags & AV_PIX_FMT_FLAG_RGB) != 0);
}

}  // namespace capstan::ffmpeg::pixels
