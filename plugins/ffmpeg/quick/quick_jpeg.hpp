// JPEG photographs on their way to a smaller picture: decoded in part, or smaller.
#pragma once

#include "input_bytes.hpp"
#include "jpeg_reader.hpp"
#include "quick_input.hpp"

namespace capstan::ffmpeg {

/// Not to the bit what libavcodec decodes (at most 2 levels from it at full size), so it serves
/// those alone who have the picture scaled by our own scaler, which is not to the bit either.
class QuickJpeg final : public QuickInput {
 public:
  static bool suits(const Request& request);
  /// Decodes the picture. Null when it is unusual, damaged, or passes a limit.
  static std::unique_ptr<QuickInput> open(const InputBytes& bytes, const Request& request,
                                          const std::function<bool()>& is_cancelled);

  Decoded next() override { return {std::exchange(frame_, nullptr), &stream()}; }

 private:
  QuickJpeg();
  bool decode(const InputBytes& bytes, const Request& request,
              const std::function<bool()>& is_cancelled);

  AvFramePtr frame_;
};

}  // namespace capstan::ffmpeg
