#include "sheet_page.hpp"

#include <algorithm>
#include <cstring>

#include "../av/av_error.hpp"

namespace capstan::ffmpeg {

namespace {

constexpr int kChannels = 3;

std::uint8_t blend(int above, int below, int alpha) noexcept {
  return static_cast<std::uint8_t>((above * alpha + below * (255 - alpha) + 127) / 255);
}

void blend_row(std::uint8_t* to, const std::uint8_t* rgba, int width) noexcept {
  for (int x = 0; x < width; ++x, to += kChannels, rgba += 4) {
    for (int i = 0; i < kChannels; ++i) to[i] = blend(rgba[i], to[i], rgba[3]);
  }
}

void fill(AVFrame& page, const Rgb& color) noexcept {
  for (int x = 0; x < page.width; ++x) {
    std::memcpy(page.data[0] + std::ptrdiff_t{x} * kChannels, color.data(), color.size());
  }
  for (int y = 1; y < page.height; ++y) {
    std::memcpy(page.data[0] + std::ptrdiff_t{y} * page.linesize[0], page.data[0],
                static_cast<std::size_t>(page.width) * kChannels);
  }
}

}  // namespace

Dimensions size_in_cell(const AVFrame& picture, Dimensions cell) noexcept {
  const AVRational shape = picture.sample_aspect_ratio;
  std::int64_t width = picture.width;
  const std::int64_t height = picture.height;
  if (shape.num > 0 && shape.den > 0) {
    width = std::max<std::int64_t>(av_rescale(width, shape.num, shape.den), 1);
  }
  if (width <= cell.width && height <= cell.height) {
    return {static_cast<int>(width), static_cast<int>(height)};
  }
  const bool is_wider = width * cell.height >= height * cell.width;
  if (is_wider) {
    const std::int64_t fitted = av_rescale(height, cell.width, width);
    return {cell.width, static_cast<int>(std::max<std::int64_t>(fitted, 1))};
  }
  const std::int64_t fitted = av_rescale(width, cell.height, height);
  return {static_cast<int>(std::max<std::int64_t>(fitted, 1)), cell.height};
}

SheetPage::SheetPage(const SheetLayout& layout) : layout_(layout), frame_(make_av_frame()) {
  frame_->format = AV_PIX_FMT_RGB24;
  frame_->width = layout.width();
  frame_->height = layout.height(layout.rows);
  frame_->color_range = AVCOL_RANGE_JPEG;
  frame_->colorspace = AVCOL_SPC_RGB;
  frame_->sample_aspect_ratio = {1, 1};
  check(av_frame_get_buffer(frame_.get(), 0), "no memory for a page");
  fill(*frame_, layout.background);
}

void SheetPage::add(const AVFrame& picture) noexcept {
  const int column = n_pictures_ % layout_.columns;
  const int row = n_pictures_ / layout_.columns;
  const int left = layout_.gap + column * (layout_.cell.width + layout_.gap);
  const int top = layout_.gap + row * (layout_.cell.height + layout_.gap);
  draw(picture, left + (layout_.cell.width - picture.width) / 2,
       top + (layout_.cell.height - picture.height) / 2);
  ++n_pictures_;
}

void SheetPage::draw(const AVFrame& picture, int left, int top) noexcept {
  for (int y = 0; y < picture.height; ++y) {
    const std::uint8_t* from = picture.data[0] + std::ptrdiff_t{y} * picture.linesize[0];
    std::uint8_t* to = frame_->data[0] + std::ptrdiff_t{top + y} * frame_->linesize[0] +
                       std::ptrdiff_t{left} * kChannels;
    if (picture.format == AV_PIX_FMT_RGBA) {
      blend_row(to, from, picture.width);
    } else {
      std::memcpy(to, from, static_cast<std::size_t>(picture.width) * kChannels);
    }
  }
}

std::size_t SheetPage::size_bytes() const noexcept { return frame_->buf[0]->size; }

AvFramePtr SheetPage::take() noexcept {
  frame_->height = layout_.height((n_pictures_ - 1) / layout_.columns + 1);
  return std::move(frame_);
}

}  // namespace capstan::ffmpeg
