// One page of a contact sheet: a grid of small pictures on one colour.
#pragma once

#include <array>
#include <cstdint>

#include "../av/av_ptr.hpp"

#include <capstan/sdk/options.hpp>

namespace capstan::ffmpeg {

using Rgb = std::array<std::uint8_t, 3>;

/// Where the cells are. `gap` pixels lie between them and around them all.
struct SheetLayout {
  Dimensions cell;
  int columns = 0;
  int rows = 0;
  int gap = 0;
  Rgb background{};

  int n_cells() const noexcept { return columns * rows; }
  int width() const noexcept { return columns * (cell.width + gap) + gap; }
  int height(int n_rows) const noexcept { return n_rows * (cell.height + gap) + gap; }
};

/// The size a picture has in a cell: as its pixels are meant to be seen (sample aspect ratio), made
/// smaller to fit but never larger.
Dimensions size_in_cell(const AVFrame& picture, Dimensions cell) noexcept;

/// A page being filled, from left to right and top to bottom. Home: one worker at a time.
class SheetPage {
 public:
  /// Takes memory for the whole page. Throws when there is none.
  explicit SheetPage(const SheetLayout& layout);

  /// Draws a picture of rgb24 or rgba, no larger than a cell, into the middle of the next cell.
  /// Must not be full.
  void add(const AVFrame& picture) noexcept;
  int n_pictures() const noexcept { return n_pictures_; }
  bool is_full() const noexcept { return n_pictures_ == layout_.n_cells(); }
  std::size_t size_bytes() const noexcept;

  /// The page as rgb24, cut below the last row that holds a picture. Call once, with a picture.
  AvFramePtr take() noexcept;

 private:
  void draw(const AVFrame& picture, int left, int top) noexcept;

  SheetLayout layout_;
  AvFramePtr frame_;
  int n_pictures_ = 0;
};

}  // namespace capstan::ffmpeg
