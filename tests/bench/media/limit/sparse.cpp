// Eight frames spread evenly: the packets' headers tell which frames these are; then only what they
// need is decoded, from the last keyframe on, without pictures that nothing refers to.
#include <algorithm>

#include "works.hpp"

namespace bench {

namespace {

constexpr std::size_t kWanted = 8;

using Packets = std::vector<AvPtr<AVPacket>>;

Packets packets_of(Clip& clip, const AVStream& stream) {
  Packets packets;
  while (true) {
    AvPtr<AVPacket> packet(av_packet_alloc());
    if (av_read_frame(clip.format(), packet.get()) < 0) return packets;
    if (packet->stream_index == stream.index) packets.push_back(std::move(packet));
  }
}

/// nal_ref_idc of a picture in MP4's form is 0: nothing refers to it.
bool is_disposable(const AVPacket& packet, const AVStream& stream) {
  if ((packet.flags & AV_PKT_FLAG_DISPOSABLE) != 0) return true;
  if (stream.codecpar->codec_id != AV_CODEC_ID_H264 || stream.codecpar->extradata_size < 5 ||
      stream.codecpar->extradata[0] != 1) {
    return false;
  }
  const int n_length = (stream.codecpar->extradata[4] & 3) + 1;
  for (int at = 0; at + n_length < packet.size;) {
    std::size_t length = 0;
    for (int i = 0; i < n_length; ++i) length = length << 8 | packet.data[at + i];
    const int type = packet.data[at + n_length] & 31;
    if (type == 1 || type == 5) return (packet.data[at + n_length] >> 5 & 3) == 0;
    at += n_length + static_cast<int>(length);
  }
  return false;
}

std::vector<std::int64_t> wanted_times(const Packets& packets) {
  std::vector<std::int64_t> times;
  for (const auto& packet : packets) {
    if ((packet->flags & AV_PKT_FLAG_DISCARD) == 0) times.push_back(packet->pts);
  }
  std::sort(times.begin(), times.end());
  std::vector<std::int64_t> wanted;
  for (std::size_t i = 0; i < kWanted; ++i) {
    wanted.push_back(times[(2 * i + 1) * times.size() / (2 * kWanted)]);
  }
  return wanted;
}

}  // namespace

void some_to_tensors(const std::string& path, State& state) {
  Clip clip(path);
  const AVStream* const stream = clip.decode(AVMEDIA_TYPE_VIDEO);
  require(stream != nullptr, "no video");
  const Packets packets = packets_of(clip, *stream);
  const std::vector<std::int64_t> wanted = wanted_times(packets);
  const auto is_wanted = [&](std::int64_t pts) {
    return std::binary_search(wanted.begin(), wanted.end(), pts);
  };
  const auto take = [&](const AVFrame& frame, const AVStream&) {
    if (is_wanted(frame.pts)) state.to_tensor(frame);
    return true;
  };
  for (std::size_t key = 0; key < packets.size();) {
    std::size_t end = key + 1, last = SIZE_MAX;
    if (is_wanted(packets[key]->pts)) last = key;
    for (; end < packets.size() && !(packets[end]->flags & AV_PKT_FLAG_KEY); ++end) {
      if (is_wanted(packets[end]->pts)) last = end;
    }
    for (std::size_t i = key; last != SIZE_MAX && i <= last; ++i) {
      if (is_disposable(*packets[i], *stream) && !is_wanted(packets[i]->pts)) continue;
      avcodec_send_packet(clip.decoder(*stream), packets[i].get());
      clip.receive(*stream, take);
    }
    if (last != SIZE_MAX) {
      avcodec_send_packet(clip.decoder(*stream), nullptr);
      clip.receive(*stream, take);
      avcodec_flush_buffers(clip.decoder(*stream));
    }
    key = end;
  }
}

}  // namespace bench
