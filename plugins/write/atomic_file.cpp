#include "atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <vector>

#include "folders.hpp"

namespace write_plugin {

namespace {

constexpr std::size_t kChunkBytes = std::size_t{8} << 20;
constexpr mode_t kFileMode = 0666;  // less the umask

void write_bytes(int fd, std::string_view content, const std::function<void()>& check) {
  while (!content.empty()) {
    check();
    const ssize_t n = write(fd, content.data(), std::min(content.size(), kChunkBytes));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno();
    content.remove_prefix(static_cast<std::size_t>(n));
  }
}

// Some pairs of file systems copy only through this process's memory.
ssize_t copy_through_memory(int from, loff_t& at, int to, std::size_t n_bytes) {
  std::vector<char> window(n_bytes);
  const ssize_t n_read = pread(from, window.data(), n_bytes, at);
  if (n_read <= 0) return n_read;
  const ssize_t n_written = write(to, window.data(), static_cast<std::size_t>(n_read));
  if (n_written > 0) at += n_written;
  return n_written;
}

void copy_file(int fd, const Content& content, const std::function<void()>& check) {
  loff_t at = 0;
  const auto size = static_cast<loff_t>(content.size());
  bool can_kernel = true;
  while (at < size) {
    check();
    const auto n_bytes =
        static_cast<std::size_t>(std::min<loff_t>(size - at, static_cast<loff_t>(kChunkBytes)));
    const ssize_t n = can_kernel ? copy_file_range(content.fd(), &at, fd, nullptr, n_bytes, 0)
                                 : copy_through_memory(content.fd(), at, fd, n_bytes);
    if (n > 0 || (n < 0 && errno == EINTR)) continue;
    // 0 before the end: some kernels say so of files they cannot copy.
    if (!can_kernel) n < 0 ? throw_errno() : throw std::system_error(EIO, std::generic_category());
    if (n < 0 && errno != EXDEV && errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP) {
      throw_errno();
    }
    can_kernel = false;
  }
}

void write_all(int fd, const Content& content, const std::function<void()>& check) {
  content.is_file() ? copy_file(fd, content, check) : write_bytes(fd, content.bytes(), check);
  if (fsync(fd) != 0) throw_errno();
}

void refuse_folder(int folder, const std::string& name) {
  struct stat status {};
  if (fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode)) {
    throw std::system_error(EISDIR, std::generic_category());
  }
}

// Renames the temporary over the name, or removes it.
void rename_draft(int folder, const std::string& temporary, const std::string& name) {
  if (renameat(folder, temporary.c_str(), folder, name.c_str()) == 0) return;
  const int error = errno;
  unlinkat(folder, temporary.c_str(), 0);
  throw std::system_error(error, std::generic_category());
}

int link_unnamed(int fd, int folder, const std::string& name) {
  const std::string self = "/proc/self/fd/" + std::to_string(fd);
  return linkat(AT_FDCWD, self.c_str(), folder, name.c_str(), AT_SYMLINK_FOLLOW);
}

// Gives a complete file without a name the name. False when this is not possible here.
bool link_as(int fd, int folder, const std::string& name) {
  if (link_unnamed(fd, folder, name) == 0) return true;
  // No /proc, or a file system or sandbox that makes unnamed files but does not link them; or
  // another file system than the folder's.
  if (errno == ENOENT || errno == EXDEV || errno == EPERM || errno == EOPNOTSUPP) return false;
  if (errno != EEXIST) throw_errno();
  // No call links over a name, so it takes a second name for an instant.
  refuse_folder(folder, name);
  const std::string temporary = temporary_name(name);
  if (link_unnamed(fd, folder, temporary) != 0) {
    if (errno != EEXIST) throw_errno();
    unlinkat(folder, temporary.c_str(), 0);  // of somebody who was killed right here
    if (link_unnamed(fd, folder, temporary) != 0) throw_errno();
  }
  rename_draft(folder, temporary, name);
  return true;
}

bool link_content(int folder, const std::string& name, const Content& content,
                  const std::function<void()>& check) {
  if (!content.may_link()) return false;
  check();
  if (fsync(content.fd()) != 0) throw_errno();
  return link_as(content.fd(), folder, name);
}

// False when this is not possible here.
bool write_unnamed(int folder, const std::string& name, const Content& content,
                   const std::function<void()>& check) {
  const Fd fd(openat(folder, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, kFileMode));
  if (!fd) {
    if (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL || errno == ENOENT) return false;
    throw_errno();
  }
  write_all(fd.get(), content, check);
  return link_as(fd.get(), folder, name);
}

void write_named(int folder, const std::string& name, const Content& content,
                 const std::function<void()>& check) {
  refuse_folder(folder, name);
  const std::string temporary = temporary_name(name);
  unlinkat(folder, temporary.c_str(), 0);  // of somebody who was killed
  const Fd fd(openat(folder, temporary.c_str(),
                     O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kFileMode));
  if (!fd) throw_errno();
  try {
    write_all(fd.get(), content, check);
  } catch (...) {  // also Cancelled, which is no std::exception
    unlinkat(folder, temporary.c_str(), 0);
    throw;
  }
  rename_draft(folder, temporary, name);
}

}  // namespace

std::string temporary_name(std::string_view name) {
  // FNV-1a: the same in every process, unlike std::hash.
  std::uint64_t hash = 14695981039346656037U;
  for (const unsigned char c : name) hash = (hash ^ c) * 1099511628211U;
  char text[48];
  std::snprintf(text, sizeof(text), ".capstan-%016llx.tmp", static_cast<unsigned long long>(hash));
  return text;
}

void replace_file(int folder, const std::string& name, const Content& content,
                  const std::function<void()>& check, Draft draft) {
  if (draft == Draft::unnamed && link_content(folder, name, content, check)) {
    return sync_folder(folder);
  }
  if (draft != Draft::unnamed || !write_unnamed(folder, name, content, check)) {
    write_named(folder, name, content, check);
  }
  sync_folder(folder);
}

}  // namespace write_plugin
