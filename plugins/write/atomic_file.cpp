#include "atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "folders.hpp"

namespace write_plugin {

namespace {

constexpr std::size_t kChunkBytes = std::size_t{8} << 20;
constexpr mode_t kFileMode = 0666;  // less the umask

void write_all(int fd, std::string_view content, const std::function<void()>& check) {
  while (!content.empty()) {
    check();
    const ssize_t n = write(fd, content.data(), std::min(content.size(), kChunkBytes));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno();
    content.remove_prefix(static_cast<std::size_t>(n));
  }
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

// False when this is not possible here.
bool write_unnamed(int folder, const std::string& name, std::string_view content,
                   const std::function<void()>& check) {
  const Fd fd(openat(folder, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, kFileMode));
  if (!fd) {
    if (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL || errno == ENOENT) return false;
    throw_errno();
  }
  write_all(fd.get(), content, check);
  if (link_unnamed(fd.get(), folder, name) == 0) return true;
  // No /proc, or a file system or sandbox that makes unnamed files but does not link them.
  if (errno == ENOENT || errno == EXDEV || errno == EPERM || errno == EOPNOTSUPP) return false;
  if (errno != EEXIST) throw_errno();
  // No call links over a name, so it takes a second name for an instant.
  refuse_folder(folder, name);
  const std::string temporary = temporary_name(name);
  if (link_unnamed(fd.get(), folder, temporary) != 0) {
    if (errno != EEXIST) throw_errno();
    unlinkat(folder, temporary.c_str(), 0);  // of somebody who was killed right here
    if (link_unnamed(fd.get(), folder, temporary) != 0) throw_errno();
  }
  rename_draft(folder, temporary, name);
  return true;
}

void write_named(int folder, const std::string& name, std::string_view content,
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

void replace_file(int folder, const std::string& name, std::string_view content,
                  const std::function<void()>& check, Draft draft) {
  if (draft != Draft::unnamed || !write_unnamed(folder, name, content, check)) {
    write_named(folder, name, content, check);
  }
  sync_folder(folder);
}

}  // namespace write_plugin
