// The files that a muxer opens: one, or the many of HLS and DASH.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "unnamed_file.hpp"

namespace capstan::ffmpeg {

/// A file that a muxer has finished, under the name that it has among its siblings.
struct FinishedFile {
  std::string name;
  std::shared_ptr<UnnamedFile> file;
};

/// Answers a muxer's wish for files with unnamed ones, so that it never touches the file system by
/// name. Home: one worker at a time. Outlives the muxer's context, which may still close files
/// while it is being freed.
class OutputFiles {
 public:
  OutputFiles(std::string folder, std::function<bool()> is_cancelled);

  /// The URL of the file `name` for libavformat. Its scheme is none that libavformat knows, so that
  /// muxers neither rename nor make folders by themselves.
  static std::string url_of(const std::string& name);

  /// Puts itself in place of the context's own opener.
  void serve(AVFormatContext& context);
  /// Opens a file for writing; close() ends it. Throws std::runtime_error.
  AVIOContext* open(const std::string& name);
  /// Ends a file. 0, or the error of a write.
  int close(AVIOContext* io);

  /// Files that have ended since the last call. Playlists, which are written anew for each segment,
  /// come only with `is_end`, as they are then.
  std::vector<FinishedFile> take_finished(bool is_end);

 private:
  struct OpenFile {
    std::string name;
    bool is_for_writing = false;
    std::unique_ptr<FileIo> io;
  };
  static int open_callback(AVFormatContext* context, AVIOContext** io, const char* url, int flags,
                           AVDictionary** options) noexcept;
  static int close_callback(AVFormatContext* context, AVIOContext* io) noexcept;
  AVIOContext* open_again(const std::string& name);
  AVIOContext* add(const std::string& name, std::shared_ptr<UnnamedFile> file, bool is_for_writing);

  const std::string folder_;
  const std::function<bool()> is_cancelled_;
  std::map<AVIOContext*, OpenFile> open_;
  std::vector<FinishedFile> finished_;
  std::map<std::string, FinishedFile> playlists_;
};

}  // namespace capstan::ffmpeg
