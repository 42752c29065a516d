#include "folders.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace write_plugin {

namespace {

constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
constexpr mode_t kFolderMode = 0755;

int openat2_beneath(int root, const char* path) {
  open_how how{};
  how.flags = kFolderFlags;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  long fd = -1;
  do {  // EAGAIN: something was renamed meanwhile, the kernel could not be sure
    fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
  } while (fd < 0 && (errno == EAGAIN || errno == EINTR));
  return static_cast<int>(fd);
}

bool is_link(int folder, const std::string& name) {
  struct stat status {};
  return fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISLNK(status.st_mode);
}

[[noreturn]] void throw_leads_out() {
  throw std::runtime_error("a symbolic link leads out of the folder of 'path'");
}

// Makes a folder; true when it was not there.
bool make_folder(int parent, const std::string& name) {
  if (mkdirat(parent, name.c_str(), kFolderMode) == 0) return true;
  if (errno != EEXIST) throw_errno();
  return false;
}

void make_root(const std::string& path) {
  for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string part = path.substr(0, end);
    if (make_folder(AT_FDCWD, part)) {
      const std::size_t slash = part.find_last_not_of('/');
      const std::size_t cut = part.rfind('/', slash);
      const std::string parent = cut == std::string::npos ? "." : part.substr(0, cut + 1);
      const Fd fd(::open(parent.c_str(), kFolderFlags));
      if (!fd) throw_errno();
      sync_folder(fd.get());
    }
    if (end == std::string::npos || end + 1 == path.size()) return;
  }
}

}  // namespace

Fd::~Fd() {
  if (fd_ >= 0) close(fd_);
}

void throw_errno() { throw std::system_error(errno, std::generic_category()); }

void sync_folder(int fd) {
  // EINVAL: a file system that has no such thing, and so nothing to wait for.
  if (fsync(fd) != 0 && errno != EINVAL) throw_errno();
}

RootFolder::RootFolder(const std::string& path, Beneath beneath) : beneath_(beneath) {
  const std::string folder = path.empty() ? "." : path;
  root_ = Fd(::open(folder.c_str(), kFolderFlags));
  if (!root_ && errno == ENOENT) {
    make_root(folder);
    root_ = Fd(::open(folder.c_str(), kFolderFlags));
  }
  if (!root_) throw_errno();
}

Fd RootFolder::open(const std::string& path) {
  if (Fd fd = open_existing(path)) return fd;
  if (errno != ENOENT) throw_errno();
  Fd parent = open_existing(".");
  for (std::size_t at = 0; parent && at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    if (make_folder(parent.get(), path.substr(at, end - at))) sync_folder(parent.get());
    parent = open_existing(path.substr(0, end));
    at = end + 1;
  }
  if (!parent) throw_errno();
  return parent;
}

Fd RootFolder::open_existing(const std::string& path) {
  const std::string below = path.empty() ? "." : path;
  if (beneath_ == Beneath::kernel) {
    Fd fd(openat2_beneath(root_.get(), below.c_str()));
    if (!fd && errno == EXDEV) throw_leads_out();
    // EPERM is what a sandbox says that does not know the call.
    if (fd || (errno != ENOSYS && errno != EPERM)) return fd;
    beneath_ = Beneath::by_part;
  }
  return open_by_part(below);
}

Fd RootFolder::open_by_part(const std::string& path) const {
  Fd folder(openat(root_.get(), ".", kFolderFlags));
  for (std::size_t at = 0; folder && at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string part = path.substr(at, end - at);
    Fd next(openat(folder.get(), part.c_str(), kFolderFlags | O_NOFOLLOW));
    if (!next && (errno == ELOOP || errno == ENOTDIR)) {
      const int error = errno;
      if (is_link(folder.get(), part)) {
        throw std::runtime_error("'" + part + "' is a symbolic link");
      }
      errno = error;
    }
    folder = std::move(next);
    at = end + 1;
  }
  return folder;
}

}  // namespace write_plugin
