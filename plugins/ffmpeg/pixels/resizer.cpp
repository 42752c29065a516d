#include "resizer.hpp"

#include <cstring>
#include <stdexcept>

#include "color.hpp"

namespace capstan::ffmpeg::pixels {

namespace {

std::array<Normalization, 3> normalizations_for(const RgbTarget& target) {
  std::array<Normalization, 3> all;
  for (std::size_t plane = 0; plane < all.size(); ++plane) {
    for (std::size_t i = 0; i < all[plane].scale.size(); ++i) {
      const std::size_t channel = target.is_planar ? plane : i % 3;
      all[plane].scale[i] = target.scale[channel];
      all[plane].offset[i] = target.offset[channel];
    }
  }
  return all;
}

}  // namespace

Resizer::Resizer(const Kernels& kernels) : kernels_(kernels) {}

void Resizer::to_rgb(const AVFrame& picture, const Rect& crop, const RgbTarget& target) {
  prepare(picture, crop, target.width, target.height, true);
  if (target.is_float) normalizations_ = normalizations_for(target);
  const ColorMatrix matrix = color_matrix(picture);
  const std::int16_t* const filtered[3] = {rows_.filtered[0].data(), rows_.filtered[1].data(),
                                           rows_.filtered[2].data()};
  std::uint8_t* const bytes[3] = {rows_.bytes[0].data(), rows_.bytes[1].data(),
                                  rows_.bytes[2].data()};
  for (int y = 0; y < target.height; ++y) {
    filter_rows(picture, y);
    if (format_.is_rgb) {
      for (int c = 0; c < 3; ++c) kernels_.round_row(filtered[c], target.width, bytes[c]);
    } else {
      // Gray pictures never write the rows of chroma, which are zero: no colour.
      kernels_.to_rgb(matrix, filtered, target.width, bytes);
    }
    write_row(target, y);
  }
}

void Resizer::to_planes(const AVFrame& picture, const Rect& crop, const PlaneTarget& target) {
  prepare(picture, crop, target.width, target.height, false);
  if (!is_planar(format_)) throw std::invalid_argument("a pixel format without planes");
  for (int c = 0; c < format_.n_components; ++c) {
    const PlanePart part = part_of(geometry_, c);
    PlaneScaler& scaler = c == 0 ? luma_ : chroma_;
    std::int16_t* const filtered[4] = {rows_.filtered[static_cast<std::size_t>(c)].data()};
    for (int y = 0; y < part.vertical.n_outputs; ++y) {
      scaler.scale_row(picture.data[c], picture.linesize[c], y, filtered);
      kernels_.round_row(filtered[0], part.horizontal.n_outputs, rows_.packed.data());
      std::memcpy(target.data[c] + y * target.stride[c], rows_.packed.data(),
                  static_cast<std::size_t>(part.horizontal.n_outputs));
    }
  }
}

void Resizer::prepare(const AVFrame& picture, const Rect& crop, int width, int height,
                      bool to_rgb) {
  Geometry geometry;
  geometry.width = picture.width;
  geometry.height = picture.height;
  geometry.format = static_cast<AVPixelFormat>(picture.format);
  geometry.crop = crop;
  geometry.out_width = width;
  geometry.out_height = height;
  geometry.is_full_chroma = to_rgb;
  const Format* format = find_format(geometry.format);
  if (format) geometry.chroma = chroma_site(picture, *format);
  if (geometry == geometry_) return;
  check(geometry);
  geometry_ = {};  // in case that something throws below
  format_ = *format;
  rows_ = {};
  rows_.resize(width);
  luma_ = PlaneScaler(part_of(geometry, 0), kernels_);
  if (format_.n_planes > 1) chroma_ = PlaneScaler(part_of(geometry, 1), kernels_);
  geometry_ = geometry;
}

void Resizer::filter_rows(const AVFrame& picture, int y) {
  for (int c = 0; c < format_.n_components;) {
    const int plane = format_.plane[c];
    std::int16_t* out[4] = {};
    PlaneScaler& scaler = plane == 0 ? luma_ : chroma_;
    for (; c < format_.n_components && format_.plane[c] == plane; ++c) {
      out[format_.place[c]] = rows_.filtered[static_cast<std::size_t>(c)].data();
    }
    scaler.scale_row(picture.data[plane], picture.linesize[plane], y, out);
  }
}

void Resizer::write_row(const RgbTarget& target, int y) {
  auto* to = static_cast<std::uint8_t*>(target.data) + y * target.row_stride;
  const int n = target.width;
  if (!target.is_planar) {
    const std::uint8_t* const bytes[3] = {rows_.bytes[0].data(), rows_.bytes[1].data(),
                                          rows_.bytes[2].data()};
    std::uint8_t* packed = target.is_float ? rows_.packed.data() : to;
    kernels_.interleave(bytes, n, packed);
    if (!target.is_float) return;
    return kernels_.normalize(normalizations_[0], packed, 3 * n, reinterpret_cast<float*>(to));
  }
  for (std::size_t c = 0; c < 3; ++c, to += target.plane_stride) {
    const std::uint8_t* bytes = rows_.bytes[c].data();
    if (target.is_float) {
      kernels_.normalize(normalizations_[c], bytes, n, reinterpret_cast<float*>(to));
    } else {
      std::memcpy(to, bytes, static_cast<std::size_t>(n));
    }
  }
}

void Resizer::Rows::resize(int n) {
  const auto size = static_cast<std::size_t>(n) + kRowPadding;
  for (auto& row : filtered) row.resize(size);
  for (auto& row : bytes) row.resize(size);
  packed.resize(3 * size);
}

}  // namespace capstan::ffmpeg::pixels
