// A file on disk without a name, and libavformat's way into it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "../av/av_ptr.hpp"

namespace capstan::ffmpeg {

/// Where files are made when nobody says where: $TMPDIR, else /var/tmp, which is on disk.
std::string temporary_folder();

/// Owns the descriptor of a file that the kernel drops with it. Not copied.
class UnnamedFile {
 public:
  /// Makes the folder where it is missing. Throws std::runtime_error naming it.
  explicit UnnamedFile(const std::string& folder);
  ~UnnamedFile();
  UnnamedFile(const UnnamedFile&) = delete;
  UnnamedFile& operator=(const UnnamedFile&) = delete;

  int fd() const noexcept { return fd_; }
  std::uint64_t size() const;
  /// Gives the descriptor away.
  int release() noexcept { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

/// An I/O context on the file, with a position of its own. Home: one worker at a time. Flushes
/// nothing by itself: avio_flush() before it goes. `is_cancelled` is asked at each write.
class FileIo {
 public:
  FileIo(std::shared_ptr<UnnamedFile> file, bool is_for_writing,
         const std::function<bool()>& is_cancelled);
  FileIo(const FileIo&) = delete;
  FileIo& operator=(const FileIo&) = delete;

  AVIOContext* context() const noexcept { return context_.get(); }
  const std::shared_ptr<UnnamedFile>& file() const noexcept { return file_; }

 private:
  static int read(void* opaque, std::uint8_t* to, int size) noexcept;
  static int write(void* opaque, std::uint8_t* from, int size) noexcept;
  static std::int64_t seek(void* opaque, std::int64_t offset, int whence) noexcept;

  std::shared_ptr<UnnamedFile> file_;
  const std::function<bool()>& is_cancelled_;
  std::int64_t position_ = 0;
  AvIoContextPtr context_;
};

}  // namespace capstan::ffmpeg
