#include "folder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

namespace files {

namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};
using FolderPtr = std::unique_ptr<DIR, CloseFolder>;

std::uint64_t identify(const struct stat& status) {
  // Device numbers are small, inode numbers use the lower bits first: no two folders of a
  // machine meet.
  return (static_cast<std::uint64_t>(status.st_dev) * 0x9E3779B97F4A7C15U) ^ status.st_ino;
}

struct Sorter {
  Folder& folder;
  int fd;
  const Keep& keep;

  void add(NameList& list, const char* name, EntryKind kind) const {
    if (keep(name, kind)) list.add(name);
  }
  void add_link(const char* name) const {
    struct stat target {};
    if (fstatat(fd, name, &target, 0) != 0) {
      add(folder.broken_links, name, EntryKind::file);
    } else if (S_ISDIR(target.st_mode)) {
      add(folder.folder_links, name, EntryKind::folder);
    } else if (S_ISREG(target.st_mode)) {
      add(folder.files, name, EntryKind::file);
    }
  }
  void add_entry(const char* name, unsigned char type) const {
    if (type == DT_UNKNOWN) type = look_up_type(name);
    if (type == DT_REG) add(folder.files, name, EntryKind::file);
    if (type == DT_DIR) add(folder.folders, name, EntryKind::folder);
    if (type == DT_LNK) add_link(name);
  }
  unsigned char look_up_type(const char* name) const {
    struct stat status {};
    if (fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW) != 0) return DT_UNKNOWN;
    return static_cast<unsigned char>(IFTODT(status.st_mode));
  }
};

}  // namespace

void NameList::add(std::string_view name) {
  starts_.push_back(text_.size());
  text_.append(name).push_back('\0');
}

void NameList::sort() {
  const char* text = text_.data();
  std::sort(starts_.begin(), starts_.end(),
            [text](std::size_t a, std::size_t b) { return std::strcmp(text + a, text + b) < 0; });
}

Folder read_folder(const std::string& path, const Keep& keep) {
  Folder folder;
  const FolderPtr stream(opendir(path.c_str()));
  struct stat status {};
  if (!stream || fstat(dirfd(stream.get()), &status) != 0) {
    folder.error = errno;
    return folder;
  }
  folder.id = identify(status);
  const Sorter sorter{folder, dirfd(stream.get()), keep};
  while (true) {
    errno = 0;
    const dirent* entry = readdir(stream.get());  // NOLINT(concurrency-mt-unsafe): own stream
    if (!entry) break;
    const std::string_view name(entry->d_name);
    if (name != "." && name != "..") sorter.add_entry(entry->d_name, entry->d_type);
  }
  folder.error = errno;
  for (NameList* list :
       {&folder.files, &folder.folders, &folder.folder_links, &folder.broken_links}) {
    list->sort();
  }
  return folder;
}

std::uint64_t folder_id(const std::string& path) {
  struct stat status {};
  return stat(path.empty() ? "." : path.c_str(), &status) == 0 ? identify(status) : 0;
}

}  // namespace files
