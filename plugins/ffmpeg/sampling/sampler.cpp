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

Sampler::Sampler(FrameReader& reader, std::vector<Position> positions, std::size_t max_held_bytes)
    : reader_(reader), positions_(std::move(positions)), max_held_bytes_(max_held_bytes) {
  Timeline timeline(reader_);
  for (const Position& position : positions_) times_us_.push_back(timeline.time_us(position));
}

AvFramePtr Sampler::next() {
  if (next_ == positions_.size()) return {};
  AvFramePtr frame = planned_frame();
  if (!frame) frame = frame_at(positions_[next_], times_us_[next_]);
  ++next_;
  return frame;
}

// None where decoding on or from a keyframe is the way.
AvFramePtr Sampler::planned_frame() {
  if (planned_ && planned_->is_finished()) planned_.reset();
  if (!planned_) {
    const std::int64_t wanted = in_stream_unit(times_us_[next_]);
    if (!can_plan_ || !can_seek() || (!is_behind(wanted) && !is_worth_seeking(wanted))) return {};
    plan();
  }
  AvFramePtr frame = planned_->next();
  if (frame) return frame;
  expected_ = planned_->next_time();
  can_plan_ = expected_.has_value();
  planned_.reset();
  return {};
}

// For the next position and those that follow it closely.
void Sampler::plan() {
  std::vector<std::int64_t> wanted{in_stream_unit(times_us_[next_])};
  for (std::size_t i = next_ + 1; i < times_us_.size(); ++i) {
    const std::int64_t step_us = times_us_[i] - times_us_[i - 1];
    if (step_us < 0 || step_us > kShortestSeekUs) break;
    wanted.push_back(in_stream_unit(times_us_[i]));
  }
  forget_position();
  is_astray_ = true;
  planned_.emplace(reader_, wanted, max_held_bytes_);
}

std::int64_t Sampler::in_stream_unit(std::int64_t time_us) const {
  return av_rescale_q(time_us, AV_TIME_BASE_Q, reader_.video()->time_base);
}

bool Sampler::can_seek() const {
  return starts_afresh_at_keyframes(reader_.video()->codecpar->codec_id);
}

bool Sampler::is_behind(std::int64_t wanted) const {
  return is_astray_ || (current_ && passed_ >= wanted);
}

AvFramePtr Sampler::frame_at(const Position& position, std::int64_t at_us) {
  const std::int64_t wanted = in_stream_unit(at_us);
  if (is_behind(wanted) || is_worth_seeking(wanted)) {
    if (!can_seek()) {
      if (is_behind(wanted)) restart();
    } else if (!seek_to(at_us) || !advance_after_seek(wanted)) {
      restart();
    }
  }
  expected_.reset();
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
  forget_position();
}

void Sampler::forget_position() {
  current_.reset();
  passed_ = INT64_MIN;
  is_at_end_ = false;
  is_astray_ = false;
}

bool Sampler::seek_to(std::int64_t time_us) {
  if (!reader_.seek(time_us)) return false;
  forget_position();
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
  // Behind a keyframe of an open group H.264 may lose frames without a word.
  const bool is_expected = !expected_ || (current_ && current_->pts == *expected_);
  return has_keyframe && is_expected && !reader_.damage().is_any();
}

}  // namespace capstan::ffmpeg
