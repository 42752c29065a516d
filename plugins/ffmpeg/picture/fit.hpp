// How a picture is brought to a size: what part of it, and how large it becomes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "../av/av_ptr.hpp"
#include "../pixels/geometry.hpp"

#include <capstan/sdk/options.hpp>

namespace capstan::ffmpeg {

/// What becomes of a picture whose shape is not that of the wanted size.
enum class Fit : std::uint8_t {
  invalid = 0,
  stretch,  ///< takes the size as it is, and the shape of the picture's samples with it
  contain,  ///< keeps the shape, inside the size: one side may be smaller
  cover,  ///< keeps the shape, fills the size: what stands out in the middle's surroundings is cut
};

/// "stretch", "contain" or "cover".
Fit parse_fit(std::string_view name);

/// A part of a picture: `width` x `height`, in the middle, or at a place.
struct Crop {
  int width = 0;
  int height = 0;
  std::optional<int> x, y;      ///< both or none
  std::string option = "crop";  ///< that says so, for messages
};

/// From "640x480" (the middle) or "640x480+100+20". Throws std::invalid_argument that names the
/// option and its text for anything else.
Crop parse_crop(std::string_view text, const std::string& option = "crop");

struct Placement {
  pixels::Rect part;  ///< of the picture
  Dimensions size;    ///< of the result
  bool has_square_samples = false;
};

/// How pictures are brought to a size. A value.
struct Sizing {
  Dimensions size;  ///< 0x0: the picture's own; a side of -1 follows the other
  Fit fit = Fit::stretch;
  std::optional<Crop> crop;

  /// Contain and cover take the shape that the picture is meant to have (its sample aspect ratio),
  /// and their results have square samples. Throws std::runtime_error for a crop that is not
  /// inside the picture.
  Placement place(const AVFrame& picture) const;
};

/// From the options "size", "fit" and "crop" behind a prefix ("video."). Throws
/// std::invalid_argument where they contradict each other.
Sizing sizing_from(const Options& options, const std::string& prefix = {});

}  // namespace capstan::ffmpeg
