#include "input.hpp"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "av_error.hpp"
#include "av_log.hpp"
#include "input_path.hpp"

namespace capstan::ffmpeg {

namespace {

// Local files only. `data:` and `crypto:` are left out: nothing but playlists needs them.
constexpr const char* kProtocols = "file";

constexpr const char* kOtherFiles = "the input refers to other files, which are not opened";
constexpr const char* kUnknownFormat = "the input is of no media format that FFmpeg knows";

// Replaces libavformat's own opener, through which playlists and movies with external tracks would
// read other files: a hostile upload could pull in anything the daemon may read.
int open_only_itself(AVFormatContext* context, AVIOContext** io, const char* url, int flags,
                     AVDictionary** options) {
  if (!context->url || std::string_view(url) != context->url || (flags & AVIO_FLAG_WRITE) != 0) {
    *static_cast<bool*>(context->opaque) = true;
    return AVERROR(EPERM);
  }
  return avio_open2(io, url, flags, &context->interrupt_callback, options);
}

bool reads_other_files(const AVInputFormat& format) {
  return std::string_view(format.name) == "concat";  // opens its files past `io_open`
}

/// libavformat seeks by decoding time in most containers, and a frame is decoded before it is
/// shown: the ffmpeg tool goes this much further back where frames are reordered.
std::int64_t reordering_margin_us(const AVFormatContext& context) {
  if ((context.iformat->flags & AVFMT_SEEK_TO_PTS) != 0) return 0;
  for (unsigned i = 0; i < context.nb_streams; ++i) {
    if (context.streams[i]->codecpar->video_delay > 0) return 3 * AV_TIME_BASE / 23;
  }
  return 0;
}

bool is_image_demuxer(const AVFormatContext& context) {
  const std::string_view name = context.iformat->name;
  return name == "image2" || name.ends_with("_pipe");
}

/// One that needs no look ahead: its decoder tells all, and the file holds nothing else.
bool is_usual_image(const AVFormatContext& context) {
  constexpr AVCodecID kUsual[] = {AV_CODEC_ID_BMP, AV_CODEC_ID_MJPEG, AV_CODEC_ID_PNG,
                                  AV_CODEC_ID_TIFF, AV_CODEC_ID_WEBP};
  if (!is_image_demuxer(context) || context.nb_streams != 1) return false;
  const AVCodecID codec = context.streams[0]->codecpar->codec_id;
  return std::find(std::begin(kUsual), std::end(kUsual), codec) != std::end(kUsual);
}

struct Dictionary {
  AVDictionary* entries = nullptr;
  ~Dictionary() { av_dict_free(&entries); }
};

}  // namespace

InputSource::InputSource(const Item& item) {
  if (const Bytes* bytes = item.get_if<Bytes>()) {
    buffer_ = bytes->buffer();
    name_ = bytes->name();
    size_bytes_ = buffer_.size();
    if (size_bytes_ == 0) throw std::runtime_error("the input is empty (0 bytes)");
    return;
  }
  path_ = checked_path(item.get<Reference>().location());
  size_bytes_ = std::filesystem::file_size(path_);
}

Input::Input(const InputSource& source, const Limits& limits,
             const std::function<bool()>& is_cancelled, Probing probing)
    : is_cancelled_(is_cancelled) {
  limits.check_bytes(source.size_bytes());
  open(source, limits);
  if (probing == Probing::whole || !is_usual_image(*context_)) probe_streams(limits);
  limits.check_streams(context_->nb_streams);
  if (has_duration()) limits.check_duration(std::chrono::microseconds(duration_us()));
}

// Probing decodes a frame where the container does not tell enough, so the limit holds here too.
void Input::probe_streams(const Limits& limits) {
  limits.check_streams(context_->nb_streams);
  std::vector<Dictionary> options(context_->nb_streams);
  std::vector<AVDictionary*> entries;
  entries.reserve(options.size());
  for (Dictionary& dictionary : options) {
    av_dict_set_int(&dictionary.entries, "max_pixels", limits.max_pixels, 0);
    entries.push_back(std::exchange(dictionary.entries, nullptr));
  }
  const int result =
      avformat_find_stream_info(context_.get(), entries.empty() ? nullptr : entries.data());
  for (std::size_t i = 0; i < options.size(); ++i) options[i].entries = entries[i];
  if (wants_other_files_) throw std::runtime_error(kOtherFiles);
  check(result, "the input's streams could not be read");
}

void Input::open(const InputSource& source, const Limits& limits) {
  AvUnopenedContextPtr unopened(require(avformat_alloc_context()));
  AVFormatContext* context = unopened.get();
  context->interrupt_callback.opaque = &is_cancelled_;
  context->interrupt_callback.callback = [](void* opaque) {
    return (*static_cast<std::function<bool()>*>(opaque))() ? 1 : 0;
  };
  context->io_open = open_only_itself;
  context->opaque = &wants_other_files_;
  // One more than may be, so that too many are seen; the demuxer makes no stream beyond.
  context->max_streams = std::min(limits.max_streams, INT32_MAX - 1) + 1;
  Dictionary options;
  av_dict_set(&options.entries, "protocol_whitelist", kProtocols, 0);
  // Without it a picture named "a%03d.jpg" is a pattern for other files.
  av_dict_set(&options.entries, "pattern_type", "none", 0);
  const AVInputFormat* format = nullptr;
  std::string url;
  if (source.is_file()) {
    url = "file:" + source.path();
  } else {
    memory_ = std::make_unique<MemoryIo>(source.buffer());
    context->pb = memory_->context();
    format = probe(source);
    if (format && std::string_view(format->name) == "jpeg_pipe") {
      // All of it is one picture, as it is when read from a file; else the previews that cameras
      // append would be frames of their own.
      av_dict_set_int(&options.entries, "frame_size",
                      static_cast<std::int64_t>(source.buffer().size()), 0);
    }
    if (!format) throw std::runtime_error(kUnknownFormat);
  }
  static_cast<void>(unopened.release());
  const int result = avformat_open_input(&context, url.c_str(), format, &options.entries);
  if (result < 0 && wants_other_files_) throw std::runtime_error(kOtherFiles);
  if (result == AVERROR_INVALIDDATA && LogScope::last_error().empty()) {
    throw std::runtime_error(kUnknownFormat);
  }
  check(result, "the input could not be opened");  // frees the context on failure
  context_.reset(context);
  if (reads_other_files(*context_->iformat)) {
    throw std::runtime_error(kOtherFiles);
  }
}

const AVInputFormat* Input::probe(const InputSource& source) {
  for (const std::string& name : {source.name(), std::string()}) {
    const AVInputFormat* format = nullptr;
    const int score =
        av_probe_input_buffer2(memory_->context(), &format, name.c_str(), nullptr, 0, 0);
    // A demuxer that opens files by itself has been misled by the name.
    if (score >= 0 && format && (format->flags & AVFMT_NOFILE) == 0) return format;
  }
  return nullptr;
}

bool Input::is_image() const noexcept { return is_image_demuxer(*context_); }

bool Input::seek(std::int64_t time_us) noexcept {
  const std::int64_t place = time_us - reordering_margin_us(*context_);
  return avformat_seek_file(context_.get(), -1, INT64_MIN, place, place, 0) >= 0;
}

bool Input::seek_to_packet(const AVStream& stream, std::int64_t pts, std::int64_t dts) noexcept {
  const bool is_by_pts = (context_->iformat->flags & AVFMT_SEEK_TO_PTS) != 0;
  const std::int64_t place = is_by_pts || dts == AV_NOPTS_VALUE ? pts : std::min(pts, dts);
  return avformat_seek_file(context_.get(), stream.index, INT64_MIN, place, place, 0) >= 0;
}

std::int64_t Input::start_us() const noexcept {
  return context_->start_time == AV_NOPTS_VALUE ? 0 : context_->start_time;
}

bool Input::has_duration() const noexcept {
  return context_->duration != AV_NOPTS_VALUE && context_->duration > 0 &&
         context_->duration_estimation_method != AVFMT_DURATION_FROM_BITRATE;
}

std::int64_t Input::measure_duration_us() {
  std::int64_t end_us = start_us();
  std::vector<std::int64_t> stream_ends(context_->nb_streams, 0);  // in the stream's unit
  AvPacketPtr packet = make_av_packet();
  while (read(*packet) >= 0) {
    if (is_cancelled_()) throw Cancelled();
    const auto stream = static_cast<std::size_t>(packet->stream_index);
    stream_ends.resize(context_->nb_streams, 0);  // streams may turn up late
    const std::int64_t time = packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts;
    if (time != AV_NOPTS_VALUE) stream_ends[stream] = time;
    stream_ends[stream] += packet->duration;  // all that raw streams tell
    const AVRational unit = context_->streams[stream]->time_base;
    end_us = std::max(end_us, av_rescale_q(stream_ends[stream], unit, AV_TIME_BASE_Q));
    av_packet_unref(packet.get());
  }
  return end_us - start_us();
}

}  // namespace capstan::ffmpeg
