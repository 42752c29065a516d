#include "decode_session.hpp"

namespace capstan::ffmpeg {

namespace {
// Packets of an input up to this size are kept from the look at their headers until they are
// decoded; a larger input is read twice.
constexpr std::size_t kMaxKeptBytes = std::size_t{8} << 20;
}  // namespace

DecodeSession::DecodeSession(StageContext& context, const Item& item, const ReadSettings& settings,
                             const Selection& selection)
    : context_(context), sink_(context.log()), clock_(settings.limits.max_time) {
  work([&] {
    reader_ = std::make_unique<FrameReader>(
        InputSource(item), settings, [this] { return context_.is_cancelled() || clock_.is_up(); });
    if (selection.rule == SelectionRule::at) {
      sampler_.emplace(*reader_, selection.positions);
    } else if (!selection.is_everything()) {
      selected_.emplace(*reader_, selection, kMaxKeptBytes);
    }
  });
}

Decoded DecodeSession::next() {
  if (!sampler_ && !selected_) return reader_->next();
  AvFramePtr frame = sampler_ ? sampler_->next() : selected_->next();
  return {std::move(frame), reader_->video()};
}

void DecodeSession::throw_if_late() const {
  if (clock_.is_up() && !context_.is_cancelled()) throw std::runtime_error(clock_.text());
}

}  // namespace capstan::ffmpeg
