#include "unnamed_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace capstan::ffmpeg {

namespace {

constexpr int kFileWindowBytes = 256 * 1024;  // few, large writes: muxers write in small pieces
constexpr mode_t kFileMode = 0666;            // less the umask: it may get a name as it is

// For file systems without O_TMPFILE. Such a file can't get a name later, only be copied.
int open_and_unlink(const std::string& folder) {
  std::string path = folder + "/.capstan-XXXXXX";
  const int fd = ::mkostemp(path.data(), O_CLOEXEC);
  if (fd >= 0) ::unlink(path.c_str());
  return fd;
}

}  // namespace

std::string temporary_folder() {
  const char* folder = std::getenv("TMPDIR");
  return folder && *folder ? folder : "/var/tmp";
}

UnnamedFile::UnnamedFile(const std::string& folder) {
  std::error_code ignored;  // what matters is whether it can be opened
  std::filesystem::create_directories(folder, ignored);
  fd_ = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, kFileMode);
  if (fd_ < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
    fd_ = open_and_unlink(folder);
  }
  if (fd_ < 0) {
    throw std::runtime_error("no file can be made in '" + folder +
                             "': " + std::generic_category().message(errno));
  }
}

UnnamedFile::~UnnamedFile() {
  if (fd_ >= 0) ::close(fd_);
}

std::uint64_t UnnamedFile::size() const {
  struct stat status {};
  if (::fstat(fd_, &status) != 0) throw std::system_error(errno, std::generic_category());
  return static_cast<std::uint64_t>(status.st_size);
}

FileIo::FileIo(std::shared_ptr<UnnamedFile> file, bool is_for_writing,
               const std::function<bool()>& is_cancelled)
    : file_(std::move(file)), is_cancelled_(is_cancelled) {
  auto* window = static_cast<unsigned char*>(require(av_malloc(kFileWindowBytes)));
  AVIOContext* context = avio_alloc_context(window, kFileWindowBytes, is_for_writing ? 1 : 0, this,
                                            &FileIo::read, &FileIo::write, &FileIo::seek);
  if (!context) av_free(window);
  context_.reset(require(context));
}

int FileIo::read(void* opaque, std::uint8_t* to, int size) noexcept {
  auto& self = *static_cast<FileIo*>(opaque);
  ssize_t n = -1;
  do {
    n = ::pread(self.file_->fd(), to, static_cast<std::size_t>(size), self.position_);
  } while (n < 0 && errno == EINTR);
  if (n < 0) return AVERROR(errno);
  self.position_ += n;
  return n == 0 ? AVERROR_EOF : static_cast<int>(n);
}

int FileIo::write(void* opaque, std::uint8_t* from, int size) noexcept {
  auto& self = *static_cast<FileIo*>(opaque);
  if (self.is_cancelled_()) return AVERROR_EXIT;
  for (int n_written = 0; n_written < size;) {
    const ssize_t n = ::pwrite(self.file_->fd(), from + n_written,
                               static_cast<std::size_t>(size - n_written), self.position_);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return AVERROR(errno);
    n_written += static_cast<int>(n);
    self.position_ += n;
  }
  return size;
}

std::int64_t FileIo::seek(void* opaque, std::int64_t offset, int whence) noexcept {
  auto& self = *static_cast<FileIo*>(opaque);
  struct stat status {};
  if (::fstat(self.file_->fd(), &status) != 0) return AVERROR(errno);
  if ((whence & AVSEEK_SIZE) != 0) return status.st_size;
  std::int64_t base = 0;
  if ((whence & ~AVSEEK_FORCE) == SEEK_CUR) base = self.position_;
  if ((whence & ~AVSEEK_FORCE) == SEEK_END) base = status.st_size;
  std::int64_t target = 0;
  if (__builtin_add_overflow(base, offset, &target) || target < 0) return AVERROR(EINVAL);
  self.position_ = target;
  return target;
}

}  // namespace capstan::ffmpeg
