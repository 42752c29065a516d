#include "output_files.hpp"

#include <algorithm>
#include <string_view>

#include "../av/av_error.hpp"
#include "../av/av_log.hpp"

namespace capstan::ffmpeg {

namespace {

// With a folder, since muxers that make several files take their names' folders apart.
constexpr std::string_view kPrefix = "capstan:///job/";

bool is_playlist(std::string_view name) {
  return name.ends_with(".m3u8") || name.ends_with(".mpd");
}

}  // namespace

OutputFiles::OutputFiles(std::string folder, std::function<bool()> is_cancelled)
    : folder_(std::move(folder)), is_cancelled_(std::move(is_cancelled)) {}

std::string OutputFiles::url_of(const std::string& name) { return std::string(kPrefix) + name; }

void OutputFiles::serve(AVFormatContext& context) {
  context.opaque = this;
  context.io_open = &OutputFiles::open_callback;
  context.io_close2 = &OutputFiles::close_callback;
}

AVIOContext* OutputFiles::open(const std::string& name) {
  return add(name, std::make_shared<UnnamedFile>(folder_), true);
}

// Muxers that move data within their own file (faststart) read it through a second opening.
AVIOContext* OutputFiles::open_again(const std::string& name) {
  for (const auto& [context, file] : open_) {
    if (file.name != name || !file.is_for_writing) continue;
    return add(name, file.io->file(), false);
  }
  return nullptr;
}

AVIOContext* OutputFiles::add(const std::string& name, std::shared_ptr<UnnamedFile> file,
                              bool is_for_writing) {
  auto io = std::make_unique<FileIo>(std::move(file), is_for_writing, is_cancelled_);
  AVIOContext* context = io->context();
  open_.emplace(context, OpenFile{name, is_for_writing, std::move(io)});
  return context;
}

int OutputFiles::close(AVIOContext* io) {
  const auto found = open_.find(io);
  if (found == open_.end()) return AVERROR(EINVAL);
  const OpenFile file = std::move(found->second);
  open_.erase(found);
  if (!file.is_for_writing) return 0;
  avio_flush(io);
  if (io->error < 0) return io->error;
  FinishedFile finished{file.name, file.io->file()};
  if (is_playlist(file.name)) {
    playlists_.insert_or_assign(file.name, std::move(finished));
  } else {
    finished_.push_back(std::move(finished));
  }
  return 0;
}

std::vector<FinishedFile> OutputFiles::take_finished(bool is_end) {
  std::vector<FinishedFile> files = std::exchange(finished_, {});
  if (!is_end) return files;
  for (auto& [name, playlist] : std::exchange(playlists_, {})) files.push_back(std::move(playlist));
  return files;
}

int OutputFiles::open_callback(AVFormatContext* context, AVIOContext** io, const char* url,
                               int flags, AVDictionary**) noexcept {
  auto& self = *static_cast<OutputFiles*>(context->opaque);
  const std::string_view location(url);
  // A key, a second input: a muxer reads nothing but what it wrote.
  if (!location.starts_with(kPrefix)) return AVERROR(EPERM);
  try {
    const std::string name(location.substr(kPrefix.size()));
    *io = (flags & AVIO_FLAG_WRITE) != 0 ? self.open(name) : self.open_again(name);
    return *io ? 0 : AVERROR(ENOENT);
  } catch (const std::bad_alloc&) {
    return AVERROR(ENOMEM);
  } catch (const std::exception& failure) {
    av_log(context, AV_LOG_ERROR, "%s\n", failure.what());
    return AVERROR(EIO);
  }
}

int OutputFiles::close_callback(AVFormatContext* context, AVIOContext* io) noexcept {
  try {
    return static_cast<OutputFiles*>(context->opaque)->close(io);
  } catch (const std::exception&) {
    return AVERROR(ENOMEM);
  }
}

}  // namespace capstan::ffmpeg
