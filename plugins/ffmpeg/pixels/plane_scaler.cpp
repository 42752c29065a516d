#include "plane_scaler.hpp"

namespace capstan::ffmpeg::pixels {

namespace {

/// Whether the last `n_fine_bits` of the weights of each output sum to at most 128; see RowBlend.
bool has_room(const Filter& filter, int n_fine_bits) {
  for (std::size_t i = 0; i < filter.weights.size();) {
    int sum = 0;
    for (int t = 0; t < filter.n_taps; ++t) {
      sum += filter.weights[i++] & ((1 << n_fine_bits) - 1);
    }
    if (sum > 128) return false;
  }
  return true;
}

/// With as many bits as the kernels have room for: the fewer taps, the more.
Filter column_filter(const Filter& exact) {
  for (int n_fine_bits = 6; n_fine_bits > 0; --n_fine_bits) {
    Filter filter = with_bits(exact, kSampleBits + n_fine_bits);
    if (has_room(filter, n_fine_bits)) return filter;
  }
  return with_bits(exact, kSampleBits);
}

}  // namespace

PlaneScaler::PlaneScaler(const PlanePart& part, const Kernels& kernels)
    : kernels_(&kernels),
      part_(part),
      vertical_(column_filter(triangle_filter(part.vertical))),
      n_fine_bits_(vertical_.n_bits - kSampleBits),
      horizontal_(kernels.lay_out(triangle_filter(part.horizontal))) {
  const auto n_samples = static_cast<std::size_t>(part.horizontal.n_samples);
  blended_.resize(n_samples * static_cast<unsigned>(part.step) + kRowPadding);
  if (part.step == 1) return;
  for (auto& component : components_) component.resize(n_samples + kRowPadding);
}

void PlaneScaler::scale_row(const std::uint8_t* plane, std::ptrdiff_t stride, int y,
                            std::int16_t* const* out) {
  blend(plane + part_.y * stride + part_.x * part_.step, stride, y);
  if (part_.step == 1) return kernels_->filter_row(horizontal_, blended_.data(), out[0]);
  std::int16_t* const components[4] = {components_[0].data(), components_[1].data(),
                                       components_[2].data(), components_[3].data()};
  kernels_->split(blended_.data(), part_.horizontal.n_samples, part_.step, components);
  for (int c = 0; c < part_.step; ++c) {
    if (out[c]) kernels_->filter_row(horizontal_, components[c], out[c]);
  }
}

void PlaneScaler::blend(const std::uint8_t* first, std::ptrdiff_t stride, int y) {
  rows_.clear();
  row_weights_.clear();
  const std::size_t begin = static_cast<std::size_t>(y) * static_cast<unsigned>(vertical_.n_taps);
  const std::int32_t start = vertical_.starts[static_cast<std::size_t>(y)];
  for (int t = 0; t < vertical_.n_taps; ++t) {
    const std::int16_t weight = vertical_.weights[begin + static_cast<unsigned>(t)];
    if (weight == 0) continue;
    rows_.push_back(first + (start + t) * stride);
    row_weights_.push_back(static_cast<std::uint16_t>(weight));
  }
  // Kernels take rows two by two. A row alone has the whole weight, and is only copied.
  if (rows_.size() > 1 && rows_.size() % 2 != 0) {
    rows_.push_back(rows_.back());
    row_weights_.push_back(0);
  }
  coarse_.clear();
  fine_.clear();
  for (std::size_t i = 0; i + 1 < rows_.size(); i += 2) {
    const unsigned a = row_weights_[i], b = row_weights_[i + 1], mask = (1U << n_fine_bits_) - 1;
    coarse_.push_back(static_cast<std::uint16_t>(a >> n_fine_bits_ | b >> n_fine_bits_ << 8));
    fine_.push_back(static_cast<std::uint16_t>((a & mask) | (b & mask) << 8));
  }
  RowBlend blend;
  blend.rows = rows_.data();
  blend.weights = row_weights_.data();
  blend.n_rows = static_cast<int>(rows_.size());
  blend.n_fine_bits = n_fine_bits_;
  blend.coarse = coarse_.data();
  blend.fine = fine_.data();
  if (y + 1 < vertical_.n_outputs) {
    blend.ahead = (vertical_.starts[static_cast<std::size_t>(y) + 1] - start) * stride;
  }
  kernels_->blend_rows(blend, part_.horizontal.n_samples * part_.step, blended_.data());
}

}  // namespace capstan::ffmpeg::pixels
