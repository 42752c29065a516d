#include "filter.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace capstan::ffmpeg::pixels {

namespace {

/// The weights of one output, as yet not normalised: from sample `start` on. Samples beyond the
/// ends add their weight to the last one inside.
int take_weights(double position, double half_width, int n_samples, std::vector<double>& weights) {
  const int first = static_cast<int>(std::ceil(position - half_width));
  const int last = static_cast<int>(std::floor(position + half_width));
  const int start = std::clamp(first, 0, n_samples - 1);
  const int n_taps = std::clamp(last, 0, n_samples - 1) - start + 1;
  weights.assign(static_cast<std::size_t>(n_taps), 0);
  for (int sample = first; sample <= last; ++sample) {
    const int inside = std::clamp(sample, 0, n_samples - 1);
    weights[static_cast<std::size_t>(inside - start)] +=
        half_width - std::abs(static_cast<double>(sample) - position);
  }
  return start;
}

/// Rounds the running sum and not each weight: so their sum is exact, and no stretch of neighbours
/// is off by more than one unit, however many share it.
void round_weights(const std::vector<double>& weights, std::int16_t* out) {
  double total = 0;
  for (const double weight : weights) total += weight;
  const double scale = (1 << kFilterBits) / total;
  double sum = 0.5;  // so that cutting off rounds
  int given = 0;
  for (const double weight : weights) {
    sum += weight * scale;
    const int goal = static_cast<int>(sum);
    *out++ = static_cast<std::int16_t>(goal - given);
    given = goal;
  }
}

std::size_t index_of(int output, int n_taps) {
  return static_cast<std::size_t>(output) * static_cast<std::size_t>(n_taps);
}

/// The same filter with as few taps as its outputs need; all of them inside the axis.
Filter compacted(Filter wide, int n_samples) {
  std::vector<int> counts;
  int n_taps = 1;
  for (int i = 0; i < wide.n_outputs; ++i) {
    const auto first = wide.weights.begin() + static_cast<std::ptrdiff_t>(index_of(i, wide.n_taps));
    const auto is_used = [](std::int16_t weight) { return weight != 0; };
    const auto begin = std::find_if(first, first + wide.n_taps, is_used);
    auto end = first + wide.n_taps;
    while (*(end - 1) == 0) --end;
    std::fill(std::copy(begin, end, first), first + wide.n_taps, std::int16_t{0});
    wide.starts[static_cast<std::size_t>(i)] += static_cast<std::int32_t>(begin - first);
    counts.push_back(static_cast<int>(end - begin));
    n_taps = std::max(n_taps, counts.back());
  }
  Filter filter{wide.n_bits, wide.n_outputs, n_taps, std::move(wide.starts), {}};
  filter.weights.resize(index_of(wide.n_outputs, n_taps));
  for (int i = 0; i < wide.n_outputs; ++i) {
    std::int32_t& start = filter.starts[static_cast<std::size_t>(i)];
    // At the far end the taps begin earlier, with zeros.
    const int n_zeros = std::max(0, start + n_taps - n_samples);
    start -= n_zeros;
    std::copy_n(&wide.weights[index_of(i, wide.n_taps)], counts[static_cast<std::size_t>(i)],
                &filter.weights[index_of(i, n_taps) + static_cast<std::size_t>(n_zeros)]);
  }
  return filter;
}

}  // namespace

Filter triangle_filter(const Axis& axis) {
  if (axis.n_samples <= 0 || axis.n_outputs <= 0) {
    throw std::invalid_argument("a filter needs samples and outputs");
  }
  const double half_width = std::max(1.0, axis.step);
  Filter filter;
  filter.n_bits = kFilterBits;
  filter.n_outputs = axis.n_outputs;
  filter.n_taps = std::min(static_cast<int>(2 * half_width) + 1, axis.n_samples);
  filter.weights.resize(index_of(axis.n_outputs, filter.n_taps));
  std::vector<double> weights;
  for (int i = 0; i < axis.n_outputs; ++i) {
    filter.starts.push_back(
        take_weights(axis.first + axis.step * i, half_width, axis.n_samples, weights));
    round_weights(weights, &filter.weights[index_of(i, filter.n_taps)]);
  }
  return compacted(std::move(filter), axis.n_samples);
}

Filter with_bits(const Filter& filter, int n_bits) {
  const int shift = filter.n_bits - n_bits;
  Filter coarser = filter;
  coarser.n_bits = n_bits;
  for (int i = 0; i < filter.n_outputs; ++i) {
    std::int16_t* weights = &coarser.weights[index_of(i, filter.n_taps)];
    int sum = 0, given = 0;
    for (int t = 0; t < filter.n_taps; ++t) {
      sum += weights[t];
      const int goal = (sum + (1 << shift >> 1)) >> shift;
      weights[t] = static_cast<std::int16_t>(goal - given);
      given = goal;
    }
  }
  return coarser;
}

}  // namespace capstan::ffmpeg::pixels
