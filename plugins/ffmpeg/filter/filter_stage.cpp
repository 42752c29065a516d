#include "filter_stage.hpp"

#include "../av/frame_item.hpp"

namespace capstan::ffmpeg {

namespace {

GraphEnds checked_ends(const std::string& text, LogSink& sink) {
  LogScope scope(sink);
  return check_graph(text);
}

}  // namespace

FilterStage::FilterStage(StageContext& context, const Options& options)
    : context_(context),
      text_(options.text("graph")),
      sink_(context.log()),
      ends_(checked_ends(text_, sink_)) {}

Generator<Item> FilterStage::process(Item in) {
  AvFramePtr frame = take_frame(in);
  carrier_ = std::move(in).with(PayloadRef());  // else filters could not write to its pixels
  if (is_to_be_replaced(*frame)) {
    push_end();
    while (PayloadRef payload = pull()) {
      Item out = carrier_.with(std::move(payload));
      co_yield out;
    }
    graph_.reset();
  }
  push(std::move(frame));
  while (PayloadRef payload = pull()) {
    Item out = carrier_.with(std::move(payload));
    co_yield out;
  }
}

Generator<Item> FilterStage::finish_items() {
  if (!graph_) co_return;
  push_end();
  while (PayloadRef payload = pull()) {
    Item out = carrier_.with(std::move(payload));
    co_yield out;
  }
}

AvFramePtr FilterStage::take_frame(const Item& in) {
  AvFramePtr frame = frame_of(in);
  const AVMediaType type = type_of(*frame);
  if (type != ends_.in) {
    throw std::runtime_error(std::string("the filter graph takes ") +
                             av_get_media_type_string(ends_.in) + ", and this is " +
                             av_get_media_type_string(type));
  }
  if (type == AVMEDIA_TYPE_AUDIO) clock_.restamp(*frame);
  return frame;
}

bool FilterStage::is_to_be_replaced(const AVFrame& frame) const noexcept {
  return graph_ && !graph_->fits(frame);
}

void FilterStage::push(AvFramePtr frame) {
  LogScope scope(sink_);
  if (!graph_) graph_.emplace(text_, *frame);
  graph_->push(std::move(frame));
}

void FilterStage::push_end() {
  LogScope scope(sink_);
  graph_->push_end();
}

PayloadRef FilterStage::pull() {
  if (context_.is_cancelled()) throw Cancelled();
  LogScope scope(sink_);
  AvFramePtr frame = graph_->pull();
  if (!frame) return {};
  return payload_of(std::move(frame), graph_->time_base());
}

}  // namespace capstan::ffmpeg
