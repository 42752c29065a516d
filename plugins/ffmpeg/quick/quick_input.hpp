// Short ways past demuxer and decoder, for the inputs that there are many of.
//
// A short way takes an input only when it gives what the general way gives, and nothing of it is
// unusual or broken; so it changes how long the work takes and nothing else.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "../av/frame_reader.hpp"
#include "../picture/picture_maker.hpp"
#include "../sampling/selection.hpp"

namespace capstan::ffmpeg {

/// An input on its short way, in the clothes of a container with one stream. Home: one worker at a
/// time.
class QuickInput {
 public:
  virtual ~QuickInput() = default;
  QuickInput(const QuickInput&) = delete;
  QuickInput& operator=(const QuickInput&) = delete;

  /// The next frame; none at the end.
  virtual Decoded next() = 0;
  const AVFormatContext& container() const noexcept { return *container_; }
  /// Where in the pictures the wanted part lies, when the rest was not decoded.
  const std::optional<Placement>& placement() const noexcept { return placement_; }

 protected:
  QuickInput(AVMediaType type, AVRational time_base);

  AVStream& stream() const noexcept { return *container_->streams[0]; }

  std::optional<Placement> placement_;

 private:
  AvUnopenedContextPtr container_;
};

/// All that is asked of an input.
struct Request {
  const ReadSettings& settings;
  const Selection& selection;
  const PictureForm& form;
  bool is_rotated;
};

/// The input's short way. Null when it has none: then the general way says what to make of it.
/// Throws when the input can't be read. `is_cancelled` is asked while it works.
std::unique_ptr<QuickInput> open_quickly(const InputSource& source, const Request& request,
                                         const std::function<bool()>& is_cancelled);

}  // namespace capstan::ffmpeg
