#include "wav_format.hpp"

#include <bit>
#include <cstring>
#include <string>
#include <string_view>

namespace capstan::ffmpeg {

namespace {

constexpr unsigned kPcm = 1, kFloat = 3, kExtensible = 0xFFFE;
constexpr int kMaxChannels = 64;
constexpr std::size_t kFmtBytes = 16, kExtensibleFmtBytes = 40;
// What libavformat looks at, at least, before it believes that PCM is PCM.
constexpr std::size_t kDisguiseBytes = 16384;

/// A chunk's body: where it is, and how long it says it is.
struct Chunk {
  std::int64_t offset = 0;
  std::int64_t n_bytes = 0;
};

std::uint32_t little_endian(const std::uint8_t* bytes, int n_bytes) {
  std::uint32_t value = 0;
  for (int i = n_bytes; i-- > 0;) value = value << 8U | bytes[i];
  return value;
}

struct Chunks {
  std::optional<Chunk> fmt, data;
};

/// A list that changes nothing: labels, or the name of the program that wrote the file.
bool is_idle_list(const InputBytes& bytes, const Chunk& list) {
  char kinds[8];
  if (list.n_bytes < 4 || !bytes.read(list.offset, kinds, 4)) return false;
  if (std::memcmp(kinds, "INFO", 4) != 0) return true;
  if (list.n_bytes < 12 || !bytes.read(list.offset + 4, kinds, sizeof(kinds))) return false;
  const std::int64_t n_bytes = little_endian(reinterpret_cast<const std::uint8_t*>(kinds) + 4, 4);
  return std::memcmp(kinds, "ISFT", 4) == 0 && 12 + n_bytes + (n_bytes & 1) >= list.n_bytes;
}

bool is_idle(const InputBytes& bytes, std::string_view name, const Chunk& body) {
  return name == "fact" || name == "JUNK" || name == "PAD " || name == "PEAK" ||
         (name == "LIST" && is_idle_list(bytes, body));
}

/// Walks all chunks. Nothing where one is twice, cut short, or might mean something.
std::optional<Chunks> find_chunks(const InputBytes& bytes) {
  Chunks found;
  for (std::int64_t at = 12; at < bytes.size();) {
    std::uint8_t head[8];
    if (!bytes.read(at, head, sizeof(head))) return std::nullopt;
    const Chunk body{at + 8, little_endian(head + 4, 4)};
    if (body.n_bytes > bytes.size() - body.offset) return std::nullopt;
    const std::string_view name(reinterpret_cast<const char*>(head), 4);
    if (name == "fmt " && !found.fmt) {
      found.fmt = body;
    } else if (name == "data" && !found.data) {
      found.data = body;
    } else if (!is_idle(bytes, name, body)) {
      return std::nullopt;
    }
    at = body.offset + body.n_bytes + (body.n_bytes & 1);
  }
  if (!found.fmt || !found.data) return std::nullopt;
  return found;
}

AVSampleFormat sample_format(unsigned tag, int n_bits) {
  if (tag == kFloat && n_bits == 32) return AV_SAMPLE_FMT_FLT;
  if (tag == kFloat && n_bits == 64) return AV_SAMPLE_FMT_DBL;
  if (tag != kPcm) return AV_SAMPLE_FMT_NONE;
  if (n_bits == 8) return AV_SAMPLE_FMT_U8;
  if (n_bits == 16) return AV_SAMPLE_FMT_S16;
  return n_bits == 24 || n_bits == 32 ? AV_SAMPLE_FMT_S32 : AV_SAMPLE_FMT_NONE;
}

/// Takes the true tag and the speakers out of the long form; false when it is of another kind.
bool read_extension(const std::uint8_t* fmt, unsigned& tag, std::uint64_t& mask) {
  constexpr std::uint8_t kGuidTail[] = {0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71};
  const bool is_full = little_endian(fmt + 18, 2) == little_endian(fmt + 14, 2);  // all bits valid
  if (!is_full || std::memcmp(fmt + 26, kGuidTail, sizeof(kGuidTail)) != 0) return false;
  tag = little_endian(fmt + 24, 2);
  mask = little_endian(fmt + 20, 4);
  return true;
}

bool read_fmt(const InputBytes& bytes, const Chunk& chunk, WavFormat& wav) {
  std::uint8_t fmt[kExtensibleFmtBytes] = {};
  if (chunk.n_bytes < static_cast<std::int64_t>(kFmtBytes)) return false;
  const auto n_bytes = std::min(static_cast<std::size_t>(chunk.n_bytes), sizeof(fmt));
  if (!bytes.read(chunk.offset, fmt, n_bytes)) return false;
  unsigned tag = little_endian(fmt, 2);
  wav.n_channels = static_cast<int>(little_endian(fmt + 2, 2));
  wav.sample_rate = static_cast<int>(little_endian(fmt + 4, 4));
  const int n_bits = static_cast<int>(little_endian(fmt + 14, 2));
  if (tag == kExtensible) {
    if (n_bytes < sizeof(fmt) || !read_extension(fmt, tag, wav.channel_mask)) return false;
    if (std::popcount(wav.channel_mask) != wav.n_channels) wav.channel_mask = 0;
  }
  wav.format = sample_format(tag, n_bits);
  wav.stored_bytes = n_bits / 8;
  return wav.format != AV_SAMPLE_FMT_NONE && wav.sample_rate > 0 && wav.n_channels > 0 &&
         wav.n_channels <= kMaxChannels &&
         static_cast<int>(little_endian(fmt + 12, 2)) == wav.block_bytes();
}

/// DTS, and what S/PDIF wraps, are put on discs as 16-bit PCM.
bool may_be_disguised(const InputBytes& bytes, const WavFormat& wav) {
  if (wav.format != AV_SAMPLE_FMT_S16) return false;
  const std::int64_t n_bytes = wav.n_samples * wav.block_bytes();
  std::string start(std::min<std::size_t>(kDisguiseBytes, static_cast<std::size_t>(n_bytes)), 0);
  if (!bytes.read(wav.data_offset, start.data(), start.size())) return true;
  using namespace std::string_view_literals;
  constexpr std::string_view kMarks[] = {"\x7F\xFE\x80\x01"sv, "\xFE\x7F\x01\x80"sv,
                                         "\x1F\xFF\xE8\x00"sv, "\xFF\x1F\x00\xE8"sv,
                                         "\x72\xF8\x1F\x4E"sv};
  for (const std::string_view mark : kMarks) {
    if (start.find(mark) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

std::optional<WavFormat> read_wav_format(const InputBytes& bytes) {
  char head[12];
  if (!bytes.read(0, head, sizeof(head))) return std::nullopt;
  if (std::memcmp(head, "RIFF", 4) != 0 || std::memcmp(head + 8, "WAVE", 4) != 0) {
    return std::nullopt;
  }
  const auto chunks = find_chunks(bytes);
  WavFormat wav;
  if (!chunks || !read_fmt(bytes, *chunks->fmt, wav)) return std::nullopt;
  const Chunk& data = *chunks->data;
  if (data.n_bytes == 0 || data.n_bytes % wav.block_bytes() != 0) return std::nullopt;
  wav.data_offset = data.offset;
  wav.n_samples = data.n_bytes / wav.block_bytes();
  if (may_be_disguised(bytes, wav)) return std::nullopt;
  return wav;
}

}  // namespace capstan::ffmpeg
