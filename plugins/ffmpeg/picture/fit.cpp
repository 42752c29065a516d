#include "fit.hpp"

#include <algorithm>
#include <stdexcept>

#include "scaler.hpp"

namespace capstan::ffmpeg {

namespace {

std::string size_text(int width, int height) {
  return std::to_string(width) + "x" + std::to_string(height);
}

/// The side that goes with `side` in the shape num : den, to the nearest, at least 1.
int matching(std::int64_t side, std::int64_t num, std::int64_t den) {
  return static_cast<int>(std::max<std::int64_t>(av_rescale(side, num, den), 1));
}

pixels::Rect cropped(const AVFrame& picture, const std::optional<Crop>& crop) {
  if (!crop) return {0, 0, picture.width, picture.height};
  const pixels::Rect part{crop->x.value_or((picture.width - crop->width) / 2),
                          crop->y.value_or((picture.height - crop->height) / 2), crop->width,
                          crop->height};
  if (part.x < 0 || part.y < 0 || part.width > picture.width - part.x ||
      part.height > picture.height - part.y) {
    throw std::runtime_error("'" + crop->option + "' of " + size_text(part.width, part.height) +
                             " at " + std::to_string(part.x) + "," + std::to_string(part.y) +
                             " is not inside a picture of " +
                             size_text(picture.width, picture.height));
  }
  return part;
}

/// Width and height that a part is meant to have.
struct Shape {
  std::int64_t width;
  std::int64_t height;
};

Shape shape_of(const AVFrame& picture, const pixels::Rect& part) {
  const AVRational sar = picture.sample_aspect_ratio;
  if (sar.num <= 0 || sar.den <= 0) return {part.width, part.height};
  return {std::int64_t{part.width} * sar.num, std::int64_t{part.height} * sar.den};
}

Dimensions contained(const Shape& shape, Dimensions box) {
  const bool is_wider =
      box.height <= 0 || (box.width > 0 && shape.width * box.height >= shape.height * box.width);
  if (is_wider) return {box.width, matching(box.width, shape.height, shape.width)};
  return {matching(box.height, shape.width, shape.height), box.height};
}

/// The middle of `part` in the shape of `box`.
pixels::Rect covering(const Shape& shape, const pixels::Rect& part, Dimensions box) {
  pixels::Rect middle = part;
  const std::int64_t wide = shape.width * box.height;
  const std::int64_t high = shape.height * box.width;
  if (wide > high) {
    middle.width = matching(part.width, high, wide);
  } else {
    middle.height = matching(part.height, wide, high);
  }
  middle.x += (part.width - middle.width) / 2;
  middle.y += (part.height - middle.height) / 2;
  return middle;
}

}  // namespace

Fit parse_fit(std::string_view name) {
  if (name == "stretch") return Fit::stretch;
  if (name == "contain") return Fit::contain;
  if (name == "cover") return Fit::cover;
  throw std::invalid_argument("'fit': no way to fit is called '" + std::string(name) + "'");
}

Crop parse_crop(std::string_view text, const std::string& option) {
  const auto refuse = [&]() -> std::invalid_argument {
    return std::invalid_argument("'" + option + "': expected 640x480 or 640x480+100+20, got '" +
                                 std::string(text) + "'");
  };
  const std::size_t plus = text.find('+');
  const auto size = parse_dimensions(text.substr(0, plus));
  if (!size || size->width <= 0 || size->height <= 0) throw refuse();
  Crop crop{size->width, size->height, {}, {}, option};
  if (plus == std::string_view::npos) return crop;
  const std::string_view place = text.substr(plus + 1);
  const std::size_t middle = place.find('+');
  if (middle == std::string_view::npos) throw refuse();
  const auto x = parse_integer(place.substr(0, middle));
  const auto y = parse_integer(place.substr(middle + 1));
  if (!x || !y || *x < 0 || *y < 0 || *x > INT32_MAX || *y > INT32_MAX) throw refuse();
  crop.x = static_cast<int>(*x);
  crop.y = static_cast<int>(*y);
  return crop;
}

Placement Sizing::place(const AVFrame& picture) const {
  Placement placement;
  placement.part = cropped(picture, crop);
  const bool has_size = size.width > 0 || size.height > 0;
  if (fit == Fit::stretch || !has_size) {
    placement.size = fitted_size(size, placement.part.width, placement.part.height);
    return placement;
  }
  placement.has_square_samples = true;
  const Shape shape = shape_of(picture, placement.part);
  if (fit == Fit::contain) {
    placement.size = contained(shape, size);
  } else {
    placement.size = size;
    placement.part = covering(shape, placement.part, size);
  }
  return placement;
}

Sizing sizing_from(const Options& options, const std::string& prefix) {
  Sizing sizing;
  if (options.has(prefix + "size")) sizing.size = options.dimensions(prefix + "size");
  sizing.fit = parse_fit(options.text(prefix + "fit"));
  const std::string crop = prefix + "crop";
  if (options.has(crop)) sizing.crop = parse_crop(options.text(crop), crop);
  const bool has_both = sizing.size.width > 0 && sizing.size.height > 0;
  if (sizing.fit == Fit::cover && !has_both) {
    throw std::invalid_argument("'" + prefix + "fit: cover' needs both sides of '" + prefix +
                                "size'");
  }
  if (sizing.fit == Fit::contain && sizing.size.width == 0) {
    throw std::invalid_argument("'" + prefix + "fit: contain' needs '" + prefix + "size'");
  }
  return sizing;
}

}  // namespace capstan::ffmpeg
