#include "test_pictures.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <stdexcept>

extern "C" {
#include <libavutil/opt.h>
#include <libswscale/swscale.h>
}

namespace capstan::ffmpeg::pixels {

TestPicture::TestPicture(AVPixelFormat id, int width, int height, int row_gap)
    : frame_(av_frame_alloc(), [](AVFrame* frame) { av_frame_free(&frame); }) {
  const Format& format = *find_format(id);
  frame_->format = id;
  frame_->width = width;
  frame_->height = height;
  planes_.resize(static_cast<std::size_t>(format.n_planes));
  for (int c = 0; c < format.n_components; ++c) {
    const int shift_x = c > 0 ? format.chroma_shift_x : 0;
    const int shift_y = c > 0 ? format.chroma_shift_y : 0;
    const int n_bytes = ((width + (1 << shift_x) - 1) >> shift_x) * format.step[c];
    const int n_rows = (height + (1 << shift_y) - 1) >> shift_y;
    const int plane = format.plane[c];
    frame_->linesize[plane] = n_bytes + row_gap;
    auto& memory = planes_[static_cast<std::size_t>(plane)];
    memory.resize(static_cast<std::size_t>((n_bytes + row_gap) * (n_rows - 1) + n_bytes));
    frame_->data[plane] = memory.data();
  }
}

void TestPicture::fill(unsigned seed) {
  std::mt19937 random(seed);
  for (auto& plane : planes_) {
    // Extremes too: sums must not overflow.
    const bool is_extreme = random() % 4 == 0;
    for (auto& byte : plane) {
      byte = static_cast<std::uint8_t>(is_extreme ? 255 * (random() & 1) : random());
    }
  }
}

void TestPicture::fill(const std::array<std::uint8_t, 3>& color) {
  const Format& format = *find_format(static_cast<AVPixelFormat>(frame_->format));
  for (int c = 0; c < format.n_components; ++c) {
    auto& plane = planes_[static_cast<std::size_t>(format.plane[c])];
    for (auto i = static_cast<std::size_t>(format.place[c]); i < plane.size();
         i += static_cast<std::size_t>(format.step[c])) {
      plane[i] = color[static_cast<std::size_t>(c)];
    }
  }
}

namespace {

struct ExactTaps {
  std::vector<int> samples;
  std::vector<double> weights;
};

/// The taps of an output whose centre is `center` luma samples from the picture's edge. Samples
/// stand for `span` luma samples each, the centre of the first is at `site`.
ExactTaps taps_of(double center, double ratio, double span, double site, int begin, int size) {
  const double position = (center - site) / span;
  const double half = std::max(1.0, ratio / span);
  const int first = static_cast<int>(std::floor(begin / span));
  const int last = static_cast<int>(std::ceil((begin + size) / span)) - 1;
  ExactTaps taps;
  double sum = 0;
  for (int i = static_cast<int>(std::floor(position - half)); i <= position + half; ++i) {
    const double weight = std::max(0.0, 1 - std::abs(i - position) / half);
    taps.samples.push_back(std::clamp(i, first, last));
    taps.weights.push_back(weight);
    sum += weight;
  }
  for (double& weight : taps.weights) weight /= sum;
  return taps;
}

struct Component {
  const std::uint8_t* data;
  int stride, step;
  double span_x, span_y, site_x, site_y;
};

std::vector<double> exact_plane(const Component& from, const Rect& crop, int width, int height) {
  std::vector<double> values;
  std::vector<ExactTaps> columns;
  const double ratio_x = double{1} * crop.width / width;
  const double ratio_y = double{1} * crop.height / height;
  for (int x = 0; x < width; ++x) {
    columns.push_back(taps_of(crop.x + (x + 0.5) * ratio_x, ratio_x, from.span_x, from.site_x,
                              crop.x, crop.width));
  }
  for (int y = 0; y < height; ++y) {
    const ExactTaps rows = taps_of(crop.y + (y + 0.5) * ratio_y, ratio_y, from.span_y, from.site_y,
                                   crop.y, crop.height);
    for (const ExactTaps& column : columns) {
      double sum = 0;
      for (std::size_t r = 0; r < rows.samples.size(); ++r) {
        const std::uint8_t* row = from.data + std::ptrdiff_t{from.stride} * rows.samples[r];
        double row_sum = 0;
        for (std::size_t i = 0; i < column.samples.size(); ++i) {
          row_sum += column.weights[i] * row[column.samples[i] * from.step];
        }
        sum += rows.weights[r] * row_sum;
      }
      values.push_back(sum);
    }
  }
  return values;
}

Component component_of(const AVFrame& picture, int c) {
  const Format& format = *find_format(static_cast<AVPixelFormat>(picture.format));
  Component from{picture.data[format.plane[c]] + format.place[c],
                 picture.linesize[format.plane[c]],
                 format.step[c],
                 1,
                 1,
                 0.5,
                 0.5};
  if (c == 0 || format.is_rgb) return from;
  from.span_x = 1 << format.chroma_shift_x;
  from.span_y = 1 << format.chroma_shift_y;
  const bool is_centered = picture.chroma_location == AVCHROMA_LOC_CENTER ||
                           (picture.chroma_location == AVCHROMA_LOC_UNSPECIFIED &&
                            picture.color_range == AVCOL_RANGE_JPEG);
  from.site_x = is_centered ? from.span_x / 2 : 0.5;
  from.site_y = from.span_y / 2;
  return from;
}

/// H.273, for 8 bits.
std::array<double, 3> to_rgb(const AVFrame& picture, double y, double u, double v) {
  const bool is_full = picture.color_range == AVCOL_RANGE_JPEG;
  double kr = 0.299, kb = 0.114;
  if (picture.colorspace == AVCOL_SPC_BT709) kr = 0.2126, kb = 0.0722;
  if (picture.colorspace == AVCOL_SPC_BT2020_NCL) kr = 0.2627, kb = 0.0593;
  const double luma = is_full ? y / 255 : (y - 16) / 219;
  const double cb = (u - 128) / (is_full ? 255 : 224);
  const double cr = (v - 128) / (is_full ? 255 : 224);
  const double red = luma + 2 * (1 - kr) * cr;
  const double blue = luma + 2 * (1 - kb) * cb;
  const double green = (luma - kr * red - kb * blue) / (1 - kr - kb);
  return {red * 255, green * 255, blue * 255};
}

}  // namespace

ExactPicture exact_rgb(const AVFrame& picture, const Rect& crop, int width, int height) {
  const Format& format = *find_format(static_cast<AVPixelFormat>(picture.format));
  std::vector<double> planes[3];
  for (int c = 0; c < 3; ++c) {
    if (c < format.n_components) {
      planes[c] = exact_plane(component_of(picture, c), crop, width, height);
    } else {
      planes[c].assign(planes[0].size(), 128);
    }
  }
  ExactPicture exact{width, height, {}};
  for (std::size_t i = 0; i < planes[0].size(); ++i) {
    std::array<double, 3> pixel{planes[0][i], planes[1][i], planes[2][i]};
    if (!format.is_rgb) pixel = to_rgb(picture, pixel[0], pixel[1], pixel[2]);
    for (const double value : pixel) exact.values.push_back(std::clamp(value, 0.0, 255.0));
  }
  return exact;
}

double psnr(const ExactPicture& exact, const std::vector<std::uint8_t>& packed) {
  if (exact.values.size() != packed.size()) throw std::invalid_argument("psnr of two sizes");
  double sum = 0;
  for (std::size_t i = 0; i < packed.size(); ++i) {
    sum += (exact.values[i] - packed[i]) * (exact.values[i] - packed[i]);
  }
  return 10 * std::log10(255.0 * 255.0 * static_cast<double>(packed.size()) / sum);
}

std::vector<std::uint8_t> resized_rgb(Resizer& resizer, const AVFrame& picture, const Rect& crop,
                                      int width, int height) {
  std::vector<std::uint8_t> packed(static_cast<std::size_t>(3 * width * height));
  RgbTarget target;
  target.width = width;
  target.height = height;
  target.data = packed.data();
  target.row_stride = 3 * width;
  resizer.to_rgb(picture, crop, target);
  return packed;
}

std::vector<std::uint8_t> swscale_rgb(const AVFrame& picture, int width, int height) {
  const std::unique_ptr<SwsContext, void (*)(SwsContext*)> context(sws_alloc_context(),
                                                                   sws_freeContext);
  const auto set = [&](const char* name, int value) {
    av_opt_set_int(context.get(), name, value, 0);
  };
  set("srcw", picture.width);
  set("srch", picture.height);
  set("src_format", picture.format);
  set("dstw", width);
  set("dsth", height);
  set("dst_format", AV_PIX_FMT_RGB24);
  set("sws_flags", SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT);
  const ChromaSite site =
      chroma_site(picture, *find_format(static_cast<AVPixelFormat>(picture.format)));
  set("src_h_chr_pos", static_cast<int>((site.x - 0.5) * 256));
  set("src_v_chr_pos", static_cast<int>((site.y - 0.5) * 256));
  if (sws_init_context(context.get(), nullptr, nullptr) < 0) throw std::runtime_error("swscale");
  const int* matrix = sws_getCoefficients(picture.colorspace);
  sws_setColorspaceDetails(context.get(), matrix, is_full_range(picture), matrix, 1, 0, 1 << 16,
                           1 << 16);
  std::vector<std::uint8_t> packed(static_cast<std::size_t>(3 * width * height));
  std::uint8_t* const data[4] = {packed.data()};
  const int stride[4] = {3 * width};
  sws_scale(context.get(), picture.data, picture.linesize, 0, picture.height, data, stride);
  return packed;
}

}  // namespace capstan::ffmpeg::pixels
