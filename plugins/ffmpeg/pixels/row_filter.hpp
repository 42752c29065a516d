// A filter along rows, laid out for wide registers.
#pragma once

#include <cstddef>

#include "filter.hpp"

namespace capstan::ffmpeg::pixels {

/// Samples of 16 bits in the widest register, which is the unit of the layout.
inline constexpr int kBlock = 32;
/// Rows of samples have this many readable ones behind their last one, and rows of outputs room
/// for as many more: kernels work in whole registers.
inline constexpr int kRowPadding = 4 * kBlock;

/// The weights in blocks of kBlock, each for `group` neighbouring outputs and kBlock / group taps
/// of each. The blocks of a group follow each other.
struct RowFilter {
  Filter filter;
  int group = 0;
  int n_groups = 0;
  int n_steps = 0;                    ///< blocks of a group
  std::vector<std::int16_t> weights;  ///< n_groups x n_steps x kBlock
  std::vector<std::int32_t> starts;   ///< n_groups x group
  /// n_groups x kBlock: where the samples of a block are, counted from the group's start. Empty
  /// where they do not fit two registers.
  std::vector<std::int16_t> picks;
};

/// Whether the samples of each block lie within two registers for groups of this size.
bool fits_two_blocks(const Filter& filter, int group);

/// How many blocks a group size takes for all outputs.
int n_blocks(const Filter& filter, int group);

/// `group`: 16, 8 or 4. With `has_picks` fits_two_blocks() must hold.
RowFilter lay_out(Filter filter, int group, bool has_picks);

}  // namespace capstan::ffmpeg::pixels
