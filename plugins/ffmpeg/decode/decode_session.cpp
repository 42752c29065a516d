#include "decode_session.hpp"

namespace capstan::ffmpeg {

namespace {
// Packets of an input up to this size are kept from the look at their headers until they are
// decoded; a larger input is read twice.
constexpr std::size_t kMaxKeptBytes = std::size_t{8} << 20;
}  // namespace

DecodeSession::DecodeSession(StageContext& context, const Item& item, const Request& request)
    : context_(context),
      is_cancelled_([this] { return context_.is_cancelled() || clock_.is_up(); }),
      sink_(context.log()),
      clock_(request.settings.limits.max_time) {
  work([&] { open(InputSource(item, context_.input_rules()), request); });
}

void DecodeSession::open(const InputSource& source, const Request& request) {
  quick_ = open_quickly(source, request, is_cancelled_);
  if (quick_) return;
  reader_ = std::make_unique<FrameReader>(source, request.settings, is_cancelled_);
  const Selection& selection = request.selection;
  if (selection.rule == SelectionRule::at) {
    sampler_.emplace(*reader_, selection.positions, kMaxKeptBytes);
  } else if (!selection.is_everything()) {
    selected_.emplace(*reader_, selection, kMaxKeptBytes);
  }
}

Decoded DecodeSession::next() {
  if (quick_) return quick_->next();
  if (!sampler_ && !selected_) return reader_->next();
  AvFramePtr frame = sampler_ ? sampler_->next() : selected_->next();
  charge(sampler_ ? sampler_->held_bytes() : selected_->held_bytes());
  return {std::move(frame), reader_->video()};
}

// Packets that are kept are working memory, which the daemon's budget counts.
void DecodeSession::charge(std::size_t held_bytes) noexcept {
  context_.charge(static_cast<std::int64_t>(held_bytes) -
                  static_cast<std::int64_t>(n_charged_bytes_));
  n_charged_bytes_ = held_bytes;
}

void DecodeSession::throw_if_late() const {
  if (clock_.is_up() && !context_.is_cancelled()) throw std::runtime_error(clock_.text());
}

}  // namespace capstan::ffmpeg
