#include "probe_stage.hpp"

#include "../av/av_log.hpp"
#include "../decode/usual_limits.hpp"
#include "../picture/exif.hpp"
#include "probe_stream.hpp"

namespace capstan::ffmpeg {

namespace {

using Json = nlohmann::ordered_json;

Json describe_format(AVFormatContext& context, const std::string& name) {
  Json out;
  if (!name.empty()) out["filename"] = name;
  out["nb_streams"] = context.nb_streams;
  out["format_name"] = context.iformat->name;
  if (context.iformat->long_name) out["format_long_name"] = context.iformat->long_name;
  if (context.start_time != AV_NOPTS_VALUE) {
    out["start_time"] = seconds_of(context.start_time, AV_TIME_BASE_Q);
  }
  if (context.duration != AV_NOPTS_VALUE) {
    out["duration"] = seconds_of(context.duration, AV_TIME_BASE_Q);
  }
  if (const std::int64_t size = context.pb ? avio_size(context.pb) : -1; size >= 0)
    out["size"] = size;
  if (context.bit_rate > 0) out["bit_rate"] = context.bit_rate;
  out["tags"] = describe_tags(context.metadata);
  return out;
}

Json describe_chapters(const AVFormatContext& context) {
  Json out = Json::array();
  for (unsigned i = 0; i < context.nb_chapters; ++i) {
    const AVChapter& chapter = *context.chapters[i];
    out.push_back({{"id", chapter.id},
                   {"time_base", written(chapter.time_base)},
                   {"start", chapter.start},
                   {"start_time", seconds_of(chapter.start, chapter.time_base)},
                   {"end", chapter.end},
                   {"end_time", seconds_of(chapter.end, chapter.time_base)},
                   {"tags", describe_tags(chapter.metadata)}});
  }
  return out;
}

/// A photograph's orientation is in its data; FFmpeg tells it with the decoded picture alone.
void add_orientation(Input& input, Json& stream) {
  const std::string format = input.context().iformat->name;
  if (stream["codec_name"] != "mjpeg" || (format != "image2" && format != "jpeg_pipe")) return;
  const AvPacketPtr packet = make_av_packet();
  if (input.read(*packet) < 0) return;
  const int orientation = jpeg_orientation(packet->data, static_cast<std::size_t>(packet->size));
  if (orientation == 1) return;
  stream["orientation"] = orientation;
  if (orientation == 3) stream["rotation"] = 180;
  if (orientation == 6) stream["rotation"] = 90;
  if (orientation == 8) stream["rotation"] = 270;
}

Json describe(Input& input, const std::string& name) {
  AVFormatContext& context = input.context();
  Json out;
  out["format"] = describe_format(context, name);
  out["streams"] = Json::array();
  for (unsigned i = 0; i < context.nb_streams; ++i) {
    out["streams"].push_back(describe_stream(context, *context.streams[i]));
  }
  if (context.nb_streams == 1) add_orientation(input, out["streams"][0]);
  out["chapters"] = describe_chapters(context);
  return out;
}

Buffer to_buffer(const std::string& text) {
  Buffer buffer = Buffer::allocate(text.size());
  text.copy(reinterpret_cast<char*>(buffer.mutable_data()), text.size());
  return buffer;
}

}  // namespace

ProbeStage::ProbeStage(StageContext& context, const Options&) : context_(context) {}

Item ProbeStage::process(Item in) {
  LogSink sink(context_.log());
  LogScope scope(sink);
  const InputSource source(in, context_.input_rules());
  Input input(source, usual_limits(), [this] { return context_.is_cancelled(); });
  const Json about = describe(input, source.is_file() ? source.path() : source.name());
  // Tags may hold bytes of any encoding; what is no UTF-8 becomes U+FFFD, as in ffprobe.
  const std::string text = about.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  return std::move(in).with(make_ref<Bytes>(to_buffer(text), "application/json"));
}

}  // namespace capstan::ffmpeg
