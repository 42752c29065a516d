#include "index_reader.hpp"

#include <algorithm>

#include "packet_inspector.hpp"

namespace capstan::ffmpeg {

namespace {

/// Settings for the decoder that come with a packet: they hold for all that follow, so no packet
/// may be left out or begun with.
bool changes_settings(const AVPacket& packet) {
  for (const AVPacketSideDataType type :
       {AV_PKT_DATA_NEW_EXTRADATA, AV_PKT_DATA_PARAM_CHANGE, AV_PKT_DATA_PALETTE}) {
    if (av_packet_get_side_data(&packet, type, nullptr)) return true;
  }
  return false;
}

class IndexReader {
 public:
  IndexReader(FrameReader& reader, const IndexRequest& request)
      : reader_(reader),
        request_(request),
        inspector_(*reader.video()->codecpar),
        index_(request.max_held_bytes),
        packet_(make_av_packet()) {}

  std::optional<PacketIndex> read() {
    if (request_.window.from != INT64_MIN && seek_before_window()) {
      index_.begins_at_the_start = false;
    } else {
      if (!reader_.is_at_start()) reader_.restart();
      if (!reader_.read_video_packet(*packet_)) return std::nullopt;
    }
    do {
      if (is_behind_all_wanted()) return finished();
      if (has_last_place() && (!are_times_plain_ || packet_->dts == AV_NOPTS_VALUE)) {
        return std::nullopt;
      }
      if ((packet_->flags & AV_PKT_FLAG_CORRUPT) != 0) return std::nullopt;
      if (changes_settings(*packet_) && !index_.entries().empty()) return std::nullopt;
      add();
      av_packet_unref(packet_.get());
    } while (reader_.read_video_packet(*packet_));
    if (reader_.damage().is_truncated) return std::nullopt;
    return finished();
  }

 private:
  // True: packet_ is the keyframe to begin with.
  // False: the reader is at the input's start, and packet_ is empty.
  bool seek_before_window() {
    const Window& window = request_.window;
    const AVRational unit = reader_.video()->time_base;
    const std::int64_t from_us = av_rescale_q(window.from, unit, AV_TIME_BASE_Q);
    if (from_us - reader_.input().start_us() < kShortestSeekUs) return false;
    if (reader_.seek(from_us)) {
      while (reader_.read_video_packet(*packet_)) {
        if ((packet_->flags & AV_PKT_FLAG_KEY) == 0) {
          av_packet_unref(packet_.get());
          continue;
        }
        if (packet_->pts != AV_NOPTS_VALUE && packet_->pts <= window.from) return true;
        break;
      }
    }
    av_packet_unref(packet_.get());
    return false;
  }

  bool has_last_place() const noexcept { return request_.last_place != INT64_MAX; }

  // What is decoded later is shown later still, as long as no packet was shown before its decoding.
  bool is_behind_all_wanted() const {
    const Window& window = request_.window;
    const bool is_behind_window = are_times_plain_ && window.to != INT64_MAX &&
                                  packet_->dts != AV_NOPTS_VALUE && packet_->dts >= window.to;
    const bool is_key = (packet_->flags & AV_PKT_FLAG_KEY) != 0;
    const bool is_behind_place =
        has_last_place() && are_times_plain_ && packet_->dts >= frame_at_place_;
    return is_behind_window || is_behind_place ||
           (request_.last_index >= 0 && is_key && n_in_window_ > request_.last_index);
  }

  void add() {
    PacketEntry entry;
    entry.pts = packet_->pts;
    entry.dts = packet_->dts;
    entry.size = packet_->size;
    entry.is_keyframe = (packet_->flags & AV_PKT_FLAG_KEY) != 0;
    entry.is_discarded = (packet_->flags & AV_PKT_FLAG_DISCARD) != 0;
    entry.is_disposable = inspector_.is_disposable(*packet_);
    index_.has_fields |= inspector_.is_field(*packet_);
    are_times_plain_ &= entry.dts == AV_NOPTS_VALUE || entry.pts >= entry.dts;
    if (!entry.is_discarded && request_.window.contains(entry.pts)) ++n_in_window_;
    if (!entry.is_discarded && entry.pts >= request_.last_place) {
      frame_at_place_ = std::min(frame_at_place_, entry.pts);
    }
    reader_.check_frames(static_cast<std::int64_t>(index_.entries().size()) + 1);
    index_.add(entry, *packet_);
  }

  std::optional<PacketIndex> finished() {
    index_.finish();
    if (!index_.is_sound()) return std::nullopt;
    return std::move(index_);
  }

  FrameReader& reader_;
  const IndexRequest& request_;
  PacketInspector inspector_;
  PacketIndex index_;
  AvPacketPtr packet_;
  std::int64_t n_in_window_ = 0;
  bool are_times_plain_ = true;
  std::int64_t frame_at_place_ = INT64_MAX;  // time of the first one at or after last_place so far
};

}  // namespace

std::optional<PacketIndex> read_packet_index(FrameReader& reader, const IndexRequest& request) {
  return IndexReader(reader, request).read();
}

}  // namespace capstan::ffmpeg
