#include "sampler.hpp"

#include <algorithm>
#include <cstdio>

#include "../av/codec_traits.hpp"

namespace capstan::ffmpeg {

namespace {

std::string written_position(const Position& position) {
  char text[48];
  if (position.kind == Position::Kind::percent) {
    std::snprintf(text, sizeof(text), "%g%%", position.percent);
  } else {
    std::snprintf(text, sizeof(text), "%gs", static_cast<double>(position.time.count()) * 1e-9);
  }
  return text;
}

}  // namespace

Sampler::Sampler(FrameReader& reader, std::vector<Position> positions)
    : reader_(reader), positions_(std::move(positions)) {
  Timeline timeline(reader_);
  for (const Position& position : positions_) times_us_.push_back(timeline.time_us(position));
}

AvFramePtr Sampler::next() {
  if (next_ == positions_.size()) return {};
  const std::size_t i = next_++;
  return frame_at(positions_[i], times_us_[i]);
}

AvFramePtr Sampler::frame_at(const Position& position, std::int64_t at_us) {
  const std::int64_t wanted = av_rescale_q(at_us, AV_TIME_BASE_Q, reader_.video()->time_base);
  const bool is_behind = current_ && passed_ >= wanted;
  if (is_behind || is_worth_seeking(wanted)) {
    const bool can_seek = starts_afresh_at_keyframes(reader_.video()->codecpar->codec_id);
    if (!can_seek) {
      if (is_behind) restart();
    } else if (!seek_to(at_us) || !advance_after_seek(wanted)) {
      restart();
    }
  }
  while (is_short_of(wanted) && advance()) {
  }
  if (!current_) throw std::runtime_error(no_frame_text(reader_.damage()));
  if (is_short_of(wanted) && reader_.damage().is_truncated) {
    throw std::runtime_error("no frame at " + written_position(position) + ": " +
                             reader_.damage().text());
  }
  return AvFramePtr(require(av_frame_clone(current_.get())));
}

void Sampler::restart() {
  reader_.restart();
  current_.reset();
  passed_ = INT64_MIN;
  is_at_end_ = false;
}

bool Sampler::seek_to(std::int64_t time_us) {
  if (!reader_.seek(time_us)) return false;
  current_.reset();
  passed_ = INT64_MIN;
  is_at_end_ = false;
  return true;
}

bool Sampler::is_worth_seeking(std::int64_t wanted) const {
  if (is_at_end_) return false;
  const AVRational tb = reader_.video()->time_base;
  std::int64_t from = av_rescale_q(reader_.input().start_us(), AV_TIME_BASE_Q, tb);
  if (current_ && current_->pts != AV_NOPTS_VALUE) from = current_->pts;
  return wanted > from && av_rescale_q(wanted - from, tb, AV_TIME_BASE_Q) > kShortestSeekUs;
}

bool Sampler::is_short_of(std::int64_t wanted) const {
  return !current_ || current_->pts == AV_NOPTS_VALUE || current_->pts < wanted;
}

// Moves on by one frame; false at the end, where the last one stays.
bool Sampler::advance() {
  Decoded decoded = reader_.next();
  is_at_end_ = !decoded.frame;
  if (is_at_end_) return false;
  if (current_ && current_->pts != AV_NOPTS_VALUE) passed_ = std::max(passed_, current_->pts);
  current_ = std::move(decoded.frame);
  return true;
}

// False when the frames that come can't be trusted to be those of a full decode.
bool Sampler::advance_after_seek(std::int64_t wanted) {
  bool has_keyframe = false;
  while (is_short_of(wanted) && advance()) {
    const bool is_earlier = current_->pts != AV_NOPTS_VALUE && current_->pts <= wanted;
    has_keyframe |= is_earlier && detail::is_key_frame(*current_);
    if (reader_.damage().is_any()) return false;
  }
  return has_keyframe && !reader_.damage().is_any();
}

}  // namespace capstan::ffmpeg
