#include "wav_reader.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace capstan::ffmpeg {

namespace {

constexpr int kFrameBytes = 4096;  // libavformat's packets of PCM in WAV

/// An open file that closes itself.
class File {
 public:
  explicit File(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (fd_ < 0) fail();
  }
  ~File() { ::close(fd_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  std::int64_t size() const {
    struct stat status {};
    if (::fstat(fd_, &status) != 0) fail();
    return status.st_size;
  }
  bool read(std::int64_t offset, void* to, std::size_t n_bytes) const {
    auto* bytes = static_cast<char*>(to);
    while (n_bytes > 0) {
      const ssize_t n = ::pread(fd_, bytes, n_bytes, offset);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) fail();
      if (n == 0) return false;
      bytes += n;
      offset += n;
      n_bytes -= static_cast<std::size_t>(n);
    }
    return true;
  }

 private:
  [[noreturn]] static void fail() {
    throw std::runtime_error("the file cannot be read: " + std::generic_category().message(errno));
  }
  int fd_;
};

/// 24 bits fill the upper three bytes of 32, as libavcodec has it.
void widen(const std::uint8_t* from, std::int32_t* to, std::size_t n_values) {
  for (std::size_t i = 0; i < n_values; ++i, from += 3) {
    const std::uint32_t value = std::uint32_t{from[0]} << 8U | std::uint32_t{from[1]} << 16U |
                                std::uint32_t{from[2]} << 24U;
    to[i] = static_cast<std::int32_t>(value);
  }
}

void set_layout(const WavFormat& wav, AVChannelLayout& layout) {
  if (wav.channel_mask != 0) {
    av_channel_layout_from_mask(&layout, wav.channel_mask);
    return;
  }
  layout.order = AV_CHANNEL_ORDER_UNSPEC;
  layout.nb_channels = wav.n_channels;
}

}  // namespace

std::unique_ptr<WavReader> WavReader::open(const std::string& path) {
  auto file = std::make_shared<File>(path);
  const std::int64_t size_bytes = file->size();
  return make([file](std::int64_t offset, void* to,
                     std::size_t n_bytes) { return file->read(offset, to, n_bytes); },
              size_bytes);
}

std::unique_ptr<WavReader> WavReader::open(Buffer bytes) {
  const auto size_bytes = static_cast<std::int64_t>(bytes.size());
  return make(
      [bytes, size_bytes](std::int64_t offset, void* to, std::size_t n_bytes) {
        if (offset + static_cast<std::int64_t>(n_bytes) > size_bytes) return false;
        std::memcpy(to, bytes.data() + offset, n_bytes);
        return true;
      },
      size_bytes);
}

std::unique_ptr<WavReader> WavReader::make(ReadAt read, std::int64_t size_bytes) {
  const auto format = read_wav_format(read, size_bytes);
  if (!format) return nullptr;
  return std::unique_ptr<WavReader>(new WavReader(std::move(read), *format));
}

WavReader::WavReader(ReadAt read, const WavFormat& format)
    : read_(std::move(read)), format_(format), end_(format.n_samples) {}

void WavReader::select(std::int64_t first, std::int64_t end) {
  const char* fault = nullptr;
  if (first < 0 || end < 0)
    fault = "begins before the first sample";
  else if (end <= first)
    fault = "is empty";
  else if (end > format_.n_samples)
    fault = "ends behind the last sample";
  if (fault) {
    throw std::invalid_argument("the window from sample " + std::to_string(first) + " to " +
                                std::to_string(end) + " of " + std::to_string(format_.n_samples) +
                                " " + fault);
  }
  position_ = first;
  end_ = end;
}

AvFramePtr WavReader::next() {
  if (position_ >= end_) return nullptr;
  const std::int64_t n_most = std::max(kFrameBytes / format_.block_bytes(), 1);
  AvFramePtr frame = make_av_frame();
  frame->format = format_.format;
  frame->sample_rate = format_.sample_rate;
  frame->nb_samples = static_cast<int>(std::min(n_most, end_ - position_));
  set_layout(format_, frame->ch_layout);
  if (av_frame_get_buffer(frame.get(), 0) < 0) throw std::bad_alloc();
  frame->pts = position_;
  frame->time_base = time_base();
  detail::set_duration(*frame, frame->nb_samples);
  detail::set_key_frame(*frame, true);
  read_samples(*frame);
  position_ += frame->nb_samples;
  return frame;
}

void WavReader::read_samples(AVFrame& frame) {
  const auto n_values =
      static_cast<std::size_t>(frame.nb_samples) * static_cast<std::size_t>(format_.n_channels);
  const std::size_t n_bytes = n_values * static_cast<std::size_t>(format_.stored_bytes);
  const std::int64_t offset = format_.data_offset + position_ * format_.block_bytes();
  const bool is_widened = format_.stored_bytes == 3;
  if (is_widened) stored_.resize(n_bytes);
  if (!read_(offset, is_widened ? stored_.data() : frame.data[0], n_bytes)) {
    throw std::runtime_error("the file became shorter while it was read");
  }
  if (is_widened) widen(stored_.data(), reinterpret_cast<std::int32_t*>(frame.data[0]), n_values);
}

}  // namespace capstan::ffmpeg
