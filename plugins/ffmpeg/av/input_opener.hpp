// Opens for a demuxer what it asks for: its own input, and nothing that the input points to.
#pragma once

#include <string>

#include "av_ptr.hpp"
#include "input_source.hpp"

namespace capstan::ffmpeg {

/// Takes the place of libavformat's own opener, through which playlists and movies with external
/// tracks would read other files: a hostile upload could pull in anything the daemon may read.
/// Home: its demuxer's. Outlives it.
class InputOpener {
 public:
  explicit InputOpener(const InputSource& source) : source_(source) {}
  InputOpener(const InputOpener&) = delete;
  InputOpener& operator=(const InputOpener&) = delete;

  /// Puts itself into a demuxer that was not opened yet, and into the options it is opened with.
  void attach(AVFormatContext& context, AVDictionary** options);
  /// What the demuxer is to be opened with; empty for bytes.
  std::string url() const;
  /// Throws when the demuxer asked for what it was not given.
  void check_refusal() const;
  /// Throws also when it ended at another place than the rules allow.
  void check(const AVFormatContext& context) const;
  const InputSource& source() const noexcept { return source_; }

  static constexpr const char* kOtherFiles =
      "the input refers to other files, which are not opened";

 private:
  static int open(AVFormatContext* context, AVIOContext** io, const char* url, int flags,
                  AVDictionary** options) noexcept;
  int open_file(AVFormatContext& context, AVIOContext** io, AVDictionary** options);
  int open_url(AVFormatContext& context, AVIOContext** io, AVDictionary** options);

  const InputSource source_;
  decltype(AVFormatContext::io_open) open_plainly_ = nullptr;  // libavformat's own
  std::string refusal_;
};

}  // namespace capstan::ffmpeg
