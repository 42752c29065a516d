#include "row_filter.hpp"

#include <algorithm>

namespace capstan::ffmpeg::pixels {

namespace {

int round_up_div(int a, int b) { return (a + b - 1) / b; }

std::vector<std::int32_t> padded_starts(const Filter& filter, int group) {
  std::vector<std::int32_t> starts = filter.starts;
  starts.resize(static_cast<std::size_t>(round_up_div(filter.n_outputs, group)) *
                    static_cast<unsigned>(group),
                filter.starts.back());
  return starts;
}

}  // namespace

bool fits_two_blocks(const Filter& filter, int group) {
  const std::vector<std::int32_t> starts = padded_starts(filter, group);
  for (auto first = starts.begin(); first != starts.end(); first += group) {
    if (first[group - 1] - *first + kBlock / group > 2 * kBlock) return false;
  }
  return true;
}

int n_blocks(const Filter& filter, int group) {
  return round_up_div(filter.n_outputs, group) * round_up_div(filter.n_taps, kBlock / group);
}

RowFilter lay_out(Filter filter, int group, bool has_picks) {
  RowFilter row;
  row.group = group;
  row.n_groups = round_up_div(filter.n_outputs, group);
  row.n_steps = round_up_div(filter.n_taps, kBlock / group);
  row.starts = padded_starts(filter, group);
  row.weights.resize(static_cast<std::size_t>(row.n_groups) *
                     static_cast<std::size_t>(row.n_steps * kBlock));
  const int n_taps = kBlock / group;  // of one output in one block
  for (int i = 0; i < filter.n_outputs; ++i) {
    const int first_block = i / group * row.n_steps;
    for (int t = 0; t < filter.n_taps; ++t) {
      const int place = (first_block + t / n_taps) * kBlock + i % group * n_taps + t % n_taps;
      row.weights[static_cast<std::size_t>(place)] =
          filter.weights[static_cast<std::size_t>(i) * static_cast<unsigned>(filter.n_taps) +
                         static_cast<unsigned>(t)];
    }
  }
  if (has_picks) {
    row.picks.resize(static_cast<std::size_t>(row.n_groups) * kBlock);
    for (std::size_t i = 0; i < row.picks.size(); ++i) {
      const std::size_t output = i / static_cast<unsigned>(n_taps);
      const std::int32_t from =
          row.starts[output] -
          row.starts[output / static_cast<unsigned>(group) * static_cast<unsigned>(group)];
      row.picks[i] = static_cast<std::int16_t>(from + static_cast<int>(i) % n_taps);
    }
  }
  row.filter = std::move(filter);
  return row;
}

}  // namespace capstan::ffmpeg::pixels
