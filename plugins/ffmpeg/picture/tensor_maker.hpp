// From a picture to a tensor, in one pass over its samples.
#pragma once

#include <capstan/sdk/media.hpp>

#include "../pixels/resizer.hpp"
#include "fit.hpp"
#include "scaler.hpp"

namespace capstan::ffmpeg {

/// What a tensor of a picture is like. Three channels: red, green, blue.
struct TensorForm {
  Sizing sizing;
  bool is_planar = false;  ///< channel, row, column; else row, column, channel
  bool is_float = false;   ///< float32, else uint8
  /// For float: the value of white, and what each value is moved by and divided by after that.
  double white = 1;
  std::array<double, 3> mean{};
  std::array<double, 3> std{1, 1, 1};
};

/// Home: one worker at a time.
class TensorMaker {
 public:
  explicit TensorMaker(const TensorForm& form) : form_(form) {}

  /// A compact tensor of fresh memory. A picture whose format pixels/ does not know is first
  /// converted, at its own size, to the nearest that it knows. Throws std::runtime_error for a
  /// crop that is not inside the picture.
  Ref<Tensor> make(const AVFrame& picture);

 private:
  const TensorForm form_;
  Scaler converter_;
  pixels::Resizer resizer_;
};

}  // namespace capstan::ffmpeg
