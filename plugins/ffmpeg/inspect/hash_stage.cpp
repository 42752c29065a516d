#include "hash_stage.hpp"

#include "../av/frame_item.hpp"

namespace capstan::ffmpeg {

namespace {

AVRational parse_time_base(const Options& options) {
  if (!options.has("time_base")) return {0, 1};
  const std::string text = options.text("time_base");
  const std::size_t slash = text.find('/');
  if (slash != std::string::npos) {
    const auto num = parse_integer(std::string_view(text).substr(0, slash));
    const auto den = parse_integer(std::string_view(text).substr(slash + 1));
    if (num && den && *num > 0 && *den > 0 && *num <= INT32_MAX && *den <= INT32_MAX) {
      return {static_cast<int>(*num), static_cast<int>(*den)};
    }
  }
  throw std::invalid_argument("'time_base' is '" + text + "': expected a fraction such as 1/25");
}

}  // namespace

HashStage::HashStage(StageContext& context, const Options& options)
    : context_(context),
      format_(options.text("format")),
      time_base_(parse_time_base(options)),
      sink_(context.log()) {}

Generator<Item> HashStage::process(Item in) {
  add(std::move(in));
  co_return;
}

void HashStage::add(Item in) {
  LogScope scope(sink_);
  LogScope::clear_error();
  const AvFramePtr frame = frame_of(in);
  std::optional<Text>& text = type_of(*frame) == AVMEDIA_TYPE_VIDEO ? video_ : audio_;
  if (!text) {
    text.emplace(Text{FrameHasher(format_, time_base_), std::move(in).with(PayloadRef())});
  }
  text->hasher.add(*frame);
  const std::int64_t n_bytes = text->hasher.n_bytes();
  context_.charge(n_bytes - std::exchange(text->n_charged_bytes, n_bytes));
}

Generator<Item> HashStage::finish_items() {
  for (std::optional<Text>* text : {&video_, &audio_}) {
    if (!*text) continue;
    Item out = take(**text);
    co_yield out;
  }
}

Item HashStage::take(Text& text) {
  LogScope scope(sink_);
  context_.charge(-text.n_charged_bytes);  // from here on the text is a payload
  return std::move(text.carrier).with(make_ref<Bytes>(text.hasher.finish(), "text/plain"));
}

}  // namespace capstan::ffmpeg
