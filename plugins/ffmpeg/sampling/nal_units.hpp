// Walks the NAL units of H.264 and HEVC packets.
#pragma once

#include <cstddef>
#include <cstdint>

namespace capstan::ffmpeg {

/// Calls `look(nal, size)` for each NAL unit until it returns false. `n_length_bytes` precede each
/// unit as its size (ISO/IEC 14496-15), or 0 where start codes do (Annex B). Returns false when the
/// units do not fill the data, or `look` ended it.
template <class Look>
bool for_each_length_prefixed(const std::uint8_t* data, std::size_t size, int n_length_bytes,
                              Look look) {
  const auto n_bytes = static_cast<std::size_t>(n_length_bytes);
  while (size > 0) {
    if (size < n_bytes) return false;
    std::size_t n = 0;
    for (std::size_t i = 0; i < n_bytes; ++i) n = n << 8 | data[i];
    data += n_bytes;
    size -= n_bytes;
    if (n > size || !look(data, n)) return false;
    data += n;
    size -= n;
  }
  return true;
}

/// The first byte behind the next start code (00 00 01), or `end`.
inline const std::uint8_t* behind_start_code(const std::uint8_t* data, const std::uint8_t* end) {
  for (; end - data >= 3; ++data) {
    if (data[0] == 0 && data[1] == 0 && data[2] == 1) return data + 3;
  }
  return end;
}

template <class Look>
bool for_each_start_code(const std::uint8_t* data, std::size_t size, Look look) {
  const std::uint8_t* end = data + size;
  for (const std::uint8_t* nal = behind_start_code(data, end); nal != end;) {
    const std::uint8_t* next = behind_start_code(nal, end);
    const std::uint8_t* nal_end = next == end ? end : next - 3;
    if (!look(nal, static_cast<std::size_t>(nal_end - nal))) return false;
    nal = next;
  }
  return true;
}

template <class Look>
bool for_each_nal(const std::uint8_t* data, std::size_t size, int n_length_bytes, Look look) {
  return n_length_bytes ? for_each_length_prefixed(data, size, n_length_bytes, look)
                        : for_each_start_code(data, size, look);
}

}  // namespace capstan::ffmpeg
