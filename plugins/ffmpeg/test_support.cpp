#include "test_support.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>

extern "C" {
#include <libavutil/imgutils.h>
#include <libavutil/md5.h>
}

namespace capstan::ffmpeg {

namespace {

std::vector<Item> feed(const char* stage, Item item, const Values& options) {
  StageHarness harness(capstan_plugin, stage, options);
  return harness.feed(std::move(item));
}

std::vector<std::uint8_t> packed(const AVFrame& frame) {
  const auto format = static_cast<AVPixelFormat>(frame.format);
  const int size = av_image_get_buffer_size(format, frame.width, frame.height, 1);
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(size));
  av_image_copy_to_buffer(bytes.data(), size, frame.data, frame.linesize, format, frame.width,
                          frame.height, 1);
  return bytes;
}

std::string hex(const std::uint8_t* bytes, std::size_t n) {
  std::string text;
  for (std::size_t i = 0; i < n; ++i) {
    text += "0123456789abcdef"[bytes[i] >> 4];
    text += "0123456789abcdef"[bytes[i] & 15];
  }
  return text;
}

}  // namespace

std::filesystem::path sample(const std::string& name) {
  const char* folder = std::getenv("CAPSTAN_SAMPLES");
  if (!folder) throw std::runtime_error("CAPSTAN_SAMPLES must name what make_samples.sh made");
  return std::filesystem::path(folder) / name;
}

Item file_item(const std::filesystem::path& path) {
  return Item(make_ref<Reference>(path.string()));
}

Item bytes_item(const std::filesystem::path& path, const std::string& name) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  Buffer buffer = Buffer::allocate(text.size());
  text.copy(reinterpret_cast<char*>(buffer.mutable_data()), text.size());
  return Item(make_ref<Bytes>(std::move(buffer), "", name));
}

std::vector<Item> decode(Item item, const Values& options) {
  return feed("decode", std::move(item), options);
}
std::vector<Item> scale(Item item, const Values& options) {
  return feed("scale", std::move(item), options);
}
Item encode(Item item, const Values& options) {
  return feed("encode", std::move(item), options).at(0);
}

std::string decode_failure(Item item, const Values& options) {
  try {
    decode(std::move(item), options);
    return {};
  } catch (const StageFailed& failure) {
    return failure.what();
  }
}

std::string md5_of(const VideoFrame& picture) {
  const std::vector<std::uint8_t> bytes = packed(*to_av_frame(picture));
  std::uint8_t digest[16];
  av_md5_sum(digest, bytes.data(), bytes.size());
  return hex(digest, sizeof(digest));
}

std::vector<std::string> md5_of(const std::vector<Item>& items) {
  std::vector<std::string> sums;
  sums.reserve(items.size());
  for (const Item& item : items) sums.push_back(md5_of(item.get<VideoFrame>()));
  return sums;
}

std::string run(const std::vector<std::string>& command, int* status) {
  int pipe_ends[2];
  if (::pipe2(pipe_ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], 1);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int failed =
      ::posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(pipe_ends[1]);
  std::string output;
  char window[4096];
  for (ssize_t n = 0; (n = ::read(pipe_ends[0], window, sizeof(window))) > 0;) {
    output.append(window, static_cast<std::size_t>(n));
  }
  ::close(pipe_ends[0]);
  if (failed) throw std::runtime_error("cannot run " + command[0]);
  int wait_status = 0;
  ::waitpid(child, &wait_status, 0);
  if (status) *status = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128;
  return output;
}

std::vector<std::string> tool_md5(const std::vector<std::string>& before,
                                  const std::filesystem::path& file,
                                  const std::vector<std::string>& after) {
  std::vector<std::string> command = {"ffmpeg", "-nostdin", "-v", "error"};
  command.insert(command.end(), before.begin(), before.end());
  command.insert(command.end(), {"-i", file.string()});
  command.insert(command.end(), after.begin(), after.end());
  command.insert(command.end(), {"-f", "framemd5", "-"});
  std::istringstream lines(run(command));
  std::vector<std::string> sums;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') continue;
    sums.push_back(line.substr(line.find_last_of(' ') + 1));
  }
  return sums;
}

std::string interleaved_samples(const AudioFrame& audio) {
  const AVSampleFormat format = av_get_sample_fmt(audio.format.c_str());
  const auto n_bytes = static_cast<std::size_t>(av_get_bytes_per_sample(format));
  const auto n_samples = static_cast<std::size_t>(audio.n_samples);
  const auto n_channels = static_cast<std::size_t>(audio.n_channels);
  if (audio.planes.size() == 1) {
    return {reinterpret_cast<const char*>(audio.planes[0]), n_samples * n_channels * n_bytes};
  }
  std::string bytes;
  bytes.reserve(n_samples * n_channels * n_bytes);
  for (std::size_t i = 0; i < n_samples; ++i) {
    for (const std::byte* plane : audio.planes) {
      bytes.append(reinterpret_cast<const char*>(plane) + i * n_bytes, n_bytes);
    }
  }
  return bytes;
}

std::string md5_of(const std::string& bytes) {
  std::uint8_t digest[16];
  av_md5_sum(digest, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  return hex(digest, sizeof(digest));
}

double psnr(const VideoFrame& a, const VideoFrame& b) {
  const std::vector<std::uint8_t> x = packed(*to_av_frame(a));
  const std::vector<std::uint8_t> y = packed(*to_av_frame(b));
  if (x.size() != y.size()) throw std::invalid_argument("psnr of pictures of two sizes");
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double difference = double{1} * x[i] - y[i];
    sum += difference * difference;
  }
  return sum == 0 ? 100 : 10 * std::log10(255.0 * 255.0 * static_cast<double>(x.size()) / sum);
}

}  // namespace capstan::ffmpeg
