#include "selected_frames.hpp"

#include <algorithm>

#include "../av/codec_traits.hpp"
#include "index_reader.hpp"
#include "timeline.hpp"

namespace capstan::ffmpeg {

namespace {

/// Pieces that do not descend.
std::vector<std::vector<std::int64_t>> ascending_pieces(const std::vector<std::int64_t>& indices) {
  std::vector<std::vector<std::int64_t>> pieces;
  for (const std::int64_t index : indices) {
    if (pieces.empty() || index < pieces.back().back()) pieces.emplace_back();
    pieces.back().push_back(index);
  }
  return pieces;
}

}  // namespace

SelectedFrames::SelectedFrames(FrameReader& reader, const Selection& selection,
                               std::size_t max_held_bytes)
    : reader_(reader), selection_(selection), max_held_bytes_(max_held_bytes) {}

AvFramePtr SelectedFrames::next() {
  if (!is_prepared_) prepare();
  if (n_copies_ > 0) {
    --n_copies_;
    return AvFramePtr(require(av_frame_clone(last_.get())));
  }
  while (piece_ < pieces_.size()) {
    if (!pass_) pass_.emplace(reader_, index_ ? &*index_ : nullptr, picker(), 0);
    AvFramePtr frame = pass_->next();
    if (frame) {
      if (names_frames()) note_copies(*frame);
      return frame;
    }
    if (pass_->has_failed()) {
      go_on_without_index();
    } else {
      ++piece_;
      pass_.reset();
      next_index_ = 0;
    }
  }
  return {};
}

// Also counts anew: where packets gave no frames, their number was not that of the packets.
void SelectedFrames::go_on_without_index() {
  const std::int64_t n_given = pass_->n_given();
  index_.reset();
  reader_.do_without_threads();
  if (names_frames()) name_frames();
  if (piece_ < pieces_.size()) pass_.emplace(reader_, nullptr, picker(), n_given);
}

void SelectedFrames::prepare() {
  is_prepared_ = true;
  window_ = find_window();
  read_index();
  pieces_.resize(1);
  if (names_frames()) name_frames();
}

Window SelectedFrames::find_window() {
  Timeline timeline(reader_);
  const auto time_of = [&](const Position& position) {
    return av_rescale_q(timeline.time_us(position), AV_TIME_BASE_Q, reader_.video()->time_base);
  };
  Window window;
  if (selection_.from) window.from = time_of(*selection_.from);
  if (selection_.to) window.to = time_of(*selection_.to);
  if (window.from >= window.to) {
    throw std::runtime_error("'video.to' does not lie behind 'video.from' in this input");
  }
  window.start = selection_.from ? window.from
                                 : av_rescale_q(reader_.input().start_us(), AV_TIME_BASE_Q,
                                                reader_.video()->time_base);
  return window;
}

void SelectedFrames::read_index() {
  const AVCodecID codec = reader_.video()->codecpar->codec_id;
  if (!starts_afresh_at_keyframes(codec)) return;
  const bool needs_whole_truth =
      selection_.is_by_rank() || selection_.rule == SelectionRule::keyframes;
  if (needs_whole_truth && !packets_tell_all(codec)) return;
  IndexRequest request{.window = window_, .max_held_bytes = max_held_bytes_};
  if (selection_.rule == SelectionRule::frames && !selection_.needs_total()) {
    request.last_index = *std::max_element(selection_.indices.begin(), selection_.indices.end());
  }
  index_ = read_packet_index(reader_, request);
  if (index_ && index_->has_fields) index_.reset();
}

void SelectedFrames::name_frames() {
  const std::int64_t n = selection_.needs_total() ? n_frames() : -1;
  pieces_ = ascending_pieces(selection_.rule == SelectionRule::count
                                 ? uniform_indices(n, selection_.n_wanted)
                                 : resolved_indices(selection_.indices, n));
}

// Of the window.
std::int64_t SelectedFrames::n_frames() {
  FramePicker counter(Selection(), window_, reader_.video()->time_base);
  if (index_) {
    for (const std::size_t place : index_->shown()) {
      counter.wants(index_->entries()[place].pts, false);
    }
    return counter.n_seen();
  }
  if (!reader_.is_at_start()) reader_.restart();
  while (const AvFramePtr frame = reader_.next().frame) counter.wants(frame->pts, false);
  return counter.n_seen();
}

bool SelectedFrames::names_frames() const noexcept {
  return selection_.rule == SelectionRule::frames || selection_.rule == SelectionRule::count;
}

FramePicker SelectedFrames::picker() const {
  if (!names_frames()) return {selection_, window_, reader_.video()->time_base};
  Indices unique = pieces_[piece_];
  unique.erase(std::unique(unique.begin(), unique.end()), unique.end());
  return {std::move(unique), window_};
}

// A list may name a frame several times in a row.
void SelectedFrames::note_copies(const AVFrame& frame) {
  const Indices& indices = pieces_[piece_];
  const std::size_t first = next_index_++;
  while (next_index_ < indices.size() && indices[next_index_] == indices[first]) {
    ++n_copies_;
    ++next_index_;
  }
  if (n_copies_ > 0) last_.reset(require(av_frame_clone(&frame)));
}

}  // namespace capstan::ffmpeg
