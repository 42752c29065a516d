#include "demux_stage.hpp"

#include <algorithm>

#include "../av/av_error.hpp"
#include "packet_reader.hpp"

namespace capstan::ffmpeg {

namespace {

std::string list_kinds(const std::vector<AVMediaType>& kinds) {
  std::string names;
  for (const AVMediaType kind : kinds) {
    names += (names.empty() ? "" : ", ") + std::string(av_get_media_type_string(kind));
  }
  return names;
}

}  // namespace

// What one item needs. Lives in the generator's frame, so across yields; a LogScope does not.
struct DemuxStage::Session {
  Session(const DemuxStage& stage, const Item& item) : sink(stage.context_.log()) {
    LogScope scope(sink);
    StageContext& context = stage.context_;
    reader = std::make_unique<PacketReader>(
        InputSource(item, context.input_rules()), stage.kinds_, stage.takes_best_,
        [&context] { return context.is_cancelled(); }, std::string(context.stage()));
    if (reader->program().streams.empty()) {
      throw std::runtime_error("there is no stream of the wanted kinds (" +
                               list_kinds(stage.kinds_) + ") in it");
    }
  }

  LogSink sink;
  std::unique_ptr<PacketReader> reader;
};

DemuxStage::DemuxStage(StageContext& context, const Options& options)
    : context_(context),
      takes_best_(options.text("which") == "best"),
      fails_on_damage_(options.text("on_corrupt") == "fail") {
  for (const std::string& name : options.list("streams")) {
    for (int type = 0; type < AVMEDIA_TYPE_NB; ++type) {
      const auto kind = static_cast<AVMediaType>(type);
      if (name == av_get_media_type_string(kind)) kinds_.push_back(kind);
    }
  }
  if (kinds_.empty()) throw std::invalid_argument("'streams' is empty: expected a kind of stream");
}

Generator<Item> DemuxStage::process(Item in) {
  Session session(*this, in);
  while (true) {
    PayloadRef payload;
    {
      LogScope scope(session.sink);
      payload = session.reader->next();
    }
    if (!payload) break;
    Item out = in.with(std::move(payload));
    co_yield out;
  }
  const std::string& truncation = session.reader->truncation();
  if (truncation.empty()) co_return;
  const std::string text = "the input is truncated (" + truncation + ")";
  if (fails_on_damage_) throw std::runtime_error(text);
  context_.log().warn(text);
}

}  // namespace capstan::ffmpeg
