#include "selection_pass.hpp"

#include "../av/codec_traits.hpp"

namespace capstan::ffmpeg {

SelectionPass::SelectionPass(FrameReader& reader, const PacketIndex* index, FramePicker picker,
                             std::int64_t n_to_skip)
    : reader_(reader), index_(index), picker_(std::move(picker)), n_to_skip_(n_to_skip) {}

AvFramePtr SelectionPass::next() {
  if (!has_begun_) begin();
  if (has_failed_) return {};
  while (true) {
    AvFramePtr frame = sparse_ ? sparse_->next() : next_of_all();
    if (!frame) {
      has_failed_ = sparse_ && sparse_->has_failed();
      return {};
    }
    if (n_given_++ >= n_to_skip_) return frame;
  }
}

void SelectionPass::begin() {
  has_begun_ = true;
  if (index_) {
    auto runs = plan();
    has_failed_ = !runs;
    if (runs) sparse_.emplace(reader_, *index_, std::move(*runs));
  } else if (!reader_.is_at_start()) {
    reader_.restart();
  }
}

std::optional<std::vector<DecodeRun>> SelectionPass::plan() {
  std::vector<std::size_t> wanted;
  for (const std::size_t place : index_->shown()) {
    const PacketEntry& entry = index_->entries()[place];
    if (picker_.wants(entry.pts, entry.is_keyframe)) wanted.push_back(place);
  }
  picker_.check_complete();
  return plan_decoding(*index_, wanted, can_leave_out_leading(reader_.video()->codecpar->codec_id));
}

AvFramePtr SelectionPass::next_of_all() {
  while (!picker_.is_finished()) {
    Decoded decoded = reader_.next();
    if (!decoded.frame) {
      picker_.check_complete();
      return {};
    }
    const bool is_key = detail::is_key_frame(*decoded.frame);
    if (picker_.wants(decoded.frame->pts, is_key)) return std::move(decoded.frame);
  }
  return {};
}

}  // namespace capstan::ffmpeg
